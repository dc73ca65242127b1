package io.github.deadlinefilter.contract;

import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Objects;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The certificate that the containers of the tests show, and that the clients trust. */
final class Certificate {
  /**
   * Of the store that the containers are given. Whoever takes a key out of PKCS #12, or puts one
   * in, hashes its password 10,000 times first: a third of what the tests computed was that.
   */
  static final String TYPE = "JKS";

  private static final String ALIAS = "localhost";
  private static final char[] PASSWORD = "localhost".toCharArray();

  /** Once for all. */
  private static final class Opened {
    private static final KeyStore STORE = open();
    private static final SSLContext CONTEXT = forBothSides();
  }

  private Certificate() {}

  /**
   * The key and certificate of localhost, made with {@code keytool -genkeypair -keyalg EC -alias
   * localhost -dname CN=localhost -ext SAN=dns:localhost,ip:127.0.0.1 -validity 36500 -storetype
   * PKCS12 -storepass localhost}.
   */
  static KeyStore keyStore() {
    return Opened.STORE;
  }

  private static KeyStore open() {
    try (InputStream file = Certificate.class.getResourceAsStream("localhost.p12")) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(Objects.requireNonNull(file), PASSWORD);
      KeyStore quick = KeyStore.getInstance(TYPE);
      quick.load(null, PASSWORD);
      quick.setKeyEntry(
          ALIAS, store.getKey(ALIAS, PASSWORD), PASSWORD, store.getCertificateChain(ALIAS));
      return quick;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static String password() {
    return new String(PASSWORD);
  }

  /** For both sides. */
  static SSLContext context() {
    return Opened.CONTEXT;
  }

  private static SSLContext forBothSides() {
    try {
      var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(Opened.STORE, PASSWORD);
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(Opened.STORE);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
