package io.github.deadlinefilter.jersey;

import org.glassfish.jersey.internal.inject.AbstractBinder;
import org.glassfish.jersey.jackson.JacksonFeature;
import org.glassfish.jersey.media.multipart.MultiPartFeature;
import org.glassfish.jersey.message.GZipEncoder;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.filter.EncodingFilter;
import org.glassfish.jersey.servlet.ServletProperties;

/** What Jersey is to run. */
final class JerseyApplication extends ResourceConfig {
  JerseyApplication(Hold hold) {
    register(
        new AbstractBinder() {
          @Override
          protected void configure() {
            bind(hold).to(Hold.class);
            bindAsContract(Visit.class);
          }
        });
    property(ServletProperties.FILTER_FORWARD_ON_404, true); // where it is deployed as a filter
    register(JacksonFeature.class);
    register(MultiPartFeature.class);
    EncodingFilter.enableFor(this, GZipEncoder.class);
    register(Chunks.Listener.class);
    register(Doorman.class);
    register(OutOfCatsMapper.class);
    register(ItemResource.class);
    register(RequestResource.class);
    register(FailingResource.class);
    register(StreamResource.class);
    register(AsyncResource.class);
  }
}
