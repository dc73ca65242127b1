package io.github.deadlinefilter.springboot;

import jakarta.servlet.DispatcherType;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.core.userdetails.UsernameNotFoundException;
import org.springframework.security.web.SecurityFilterChain;

/** A login by form, with a session and CSRF tokens, in front of everything but {@code /hello}. */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {
  static final String USER = "alice";
  static final String PASSWORD = "wonderland";

  @Bean
  SecurityFilterChain security(HttpSecurity http) {
    return http.authorizeHttpRequests(
            requests ->
                requests
                    .dispatcherTypeMatchers(DispatcherType.ERROR)
                    .permitAll()
                    .requestMatchers("/hello", "/hearing/hello", "/deaf/hello")
                    .permitAll()
                    .anyRequest()
                    .authenticated())
        .formLogin(Customizer.withDefaults())
        .build();
  }

  /** Takes its time where the name says so. */
  @Bean
  UserDetailsService users(Late late) {
    return name -> {
      try {
        late.of(name).here();
      } catch (InterruptedException e) {
        throw new AuthenticationServiceException("interrupted", e);
      }
      if (!name.endsWith(USER)) {
        throw new UsernameNotFoundException(name);
      }
      return User.withUsername(name).password("{noop}" + PASSWORD).roles("USER").build();
    };
  }
}
