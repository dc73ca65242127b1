package io.github.deadlinefilter.contract;

import java.net.URLClassLoader;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.server.handler.ContextHandlerCollection;
import org.eclipse.jetty.util.Callback;

/** A {@link War} in Jetty. */
record JettyWar(ContextHandlerCollection contexts, ContextHandler context, URLClassLoader loader)
    implements Deployed {

  static JettyWar deploy(
      ContextHandlerCollection contexts, JettyContainer.Environment environment, War war)
      throws Exception {
    URLClassLoader loader = war.newLoader();
    ContextHandler context = environment.context(war);
    context.setContextPath(war.contextPath());
    context.setClassLoader(loader);
    war.attributes().forEach(context::setAttribute);
    var added = new Callback.Completable();
    contexts.deployHandler(context, added);
    added.get();
    context.start();
    contexts.manage(context);
    return new JettyWar(contexts, context, loader);
  }

  @Override
  public void undeploy() throws Exception {
    context.stop();
    var removed = new Callback.Completable();
    contexts.undeployHandler(context, removed);
    removed.get();
    loader.close();
  }
}
