package io.github.deadlinefilter.contract;

import java.io.InputStream;
import java.security.KeyStore;
import java.util.Objects;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The certificate that the containers of the tests show, and that the clients trust. */
final class Certificate {
  private static final char[] PASSWORD = "localhost".toCharArray();

  private Certificate() {}

  /**
   * The key and certificate of localhost, made with {@code keytool -genkeypair -keyalg EC -alias
   * localhost -dname CN=localhost -ext SAN=dns:localhost,ip:127.0.0.1 -validity 36500 -storetype
   * PKCS12 -storepass localhost}.
   */
  static KeyStore keyStore() throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream file = Certificate.class.getResourceAsStream("localhost.p12")) {
      store.load(Objects.requireNonNull(file), PASSWORD);
    }
    return store;
  }

  static String password() {
    return new String(PASSWORD);
  }

  /** For both sides. */
  static SSLContext context() throws Exception {
    KeyStore store = keyStore();
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD);
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }
}
