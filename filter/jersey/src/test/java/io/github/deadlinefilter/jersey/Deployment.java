package io.github.deadlinefilter.jersey;

import io.github.deadlinefilter.contract.Application;
import java.util.ArrayList;
import java.util.List;
import org.glassfish.jersey.servlet.ServletContainer;
import org.glassfish.jersey.servlet.ServletProperties;

/** The two ways to deploy an application on Jersey: each under a path of its own. */
enum Deployment {
  SERVLET("/servlet") {
    @Override
    void to(Application app, Hold hold) {
      app.servlet(prefix() + "/*", jersey(hold), servlet -> {});
    }

    @Override
    List<Endpoint> endpoints() {
      return Endpoint.ALL;
    }
  },
  /** What Jersey has no resource for goes to the servlet behind it. */
  FILTER("/filter") {
    @Override
    void to(Application app, Hold hold) {
      app.filter(
              prefix() + "/*",
              jersey(hold),
              filter -> filter.init(ServletProperties.FILTER_CONTEXT_PATH, prefix()))
          .servlet(
              Pace.USUAL.under(this) + "/behind",
              (request, response) -> response.getWriter().print("behind Jersey"));
    }

    @Override
    List<Endpoint> endpoints() {
      List<Endpoint> all = new ArrayList<>(Endpoint.ALL);
      all.add(Endpoint.BEHIND);
      return all;
    }
  };

  private final String prefix;

  Deployment(String prefix) {
    this.prefix = prefix;
  }

  abstract void to(Application app, Hold hold);

  abstract List<Endpoint> endpoints();

  String prefix() {
    return prefix;
  }

  private static ServletContainer jersey(Hold hold) {
    return new ServletContainer(new JerseyApplication(hold));
  }
}
