package io.github.deadlinefilter.springboot;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;

/**
 * The application, which knows nothing of deadlines: {@link DeadlineConfiguration} is beside it.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({
  SecurityConfiguration.class,
  LeftSecurity.class,
  Late.class,
  BlockingEndpoints.class,
  PageEndpoints.class,
  FailingEndpoints.class,
  FailureAdvice.class,
  AsyncEndpoints.class,
  StreamingEndpoints.class,
})
class TestedApplication {}
