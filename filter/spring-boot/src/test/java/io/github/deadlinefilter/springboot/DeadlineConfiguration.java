package io.github.deadlinefilter.springboot;

import io.github.deadlinefilter.DeadlineFilter;
import jakarta.servlet.DispatcherType;
import java.time.Duration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

@Configuration(proxyBeanMethods = false)
class DeadlineConfiguration {
  @Bean
  FilterRegistrationBean<DeadlineFilter> deadlineFilter() {
    var filter =
        DeadlineFilter.builder()
            .deadline(Duration.ofSeconds(10))
            .route("GET /reports/* = 20s")
            .route("/events = 30s until=commit idle=1m")
            .build();
    var registration = new FilterRegistrationBean<>(filter);
    registration.setAsyncSupported(true);
    registration.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ASYNC);
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
    return registration;
  }
}
