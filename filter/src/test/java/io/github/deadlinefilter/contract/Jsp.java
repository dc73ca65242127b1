package io.github.deadlinefilter.contract;

import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.jsp.JspFactory;
import java.nio.file.Path;
import java.util.Map;
import org.apache.jasper.compiler.TldCache;
import org.apache.jasper.runtime.JspFactoryImpl;
import org.apache.jasper.servlet.JspServlet;
import org.apache.tomcat.InstanceManager;
import org.apache.tomcat.SimpleInstanceManager;

/**
 * Pages for every container, by Tomcat's compiler, which is a servlet like any other: what its
 * initializer does is done here, but for the search for tag libraries.
 */
final class Jsp extends JspServlet {
  private static final long serialVersionUID = 1;

  /**
   * Serves the application's {@code *.jsp} among its static files.
   *
   * @param compiled where they are compiled to, and found again by the next container
   */
  static void in(Application app, Path compiled) {
    app.servlet("*.jsp", new Jsp(), entry -> entry.init("scratchdir", compiled.toString()));
  }

  @Override
  public void init(ServletConfig config) throws ServletException {
    JspFactory.setDefaultFactory(new JspFactoryImpl());
    ServletContext context = config.getServletContext();
    String instances = InstanceManager.class.getName();
    if (context.getAttribute(instances) == null) {
      context.setAttribute(instances, new SimpleInstanceManager());
    }
    context.setAttribute(
        TldCache.SERVLET_CONTEXT_ATTRIBUTE_NAME, new TldCache(context, Map.of(), Map.of()));
    super.init(config);
  }
}
