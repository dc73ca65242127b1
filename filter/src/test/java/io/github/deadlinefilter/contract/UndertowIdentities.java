package io.github.deadlinefilter.contract;

import io.undertow.security.idm.Account;
import io.undertow.security.idm.Credential;
import io.undertow.security.idm.IdentityManager;
import io.undertow.security.idm.PasswordCredential;
import java.security.Principal;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The users of a {@link Login}, for Undertow. */
final class UndertowIdentities implements IdentityManager {

  private record Known(String name, String role) implements Account, Principal {
    private static final long serialVersionUID = 1;

    @Override
    public String getName() {
      return name;
    }

    @Override
    public Principal getPrincipal() {
      return this;
    }

    @Override
    public Set<String> getRoles() {
      return Set.of(role);
    }
  }

  @Override
  public Account verify(Account account) {
    return account;
  }

  @Override
  public @Nullable Account verify(String name, Credential credential) {
    String role = Login.USERS.get(name);
    return role != null
            && credential instanceof PasswordCredential given
            && Login.PASSWORD.equals(new String(given.getPassword()))
        ? new Known(name, role)
        : null;
  }

  @Override
  public @Nullable Account verify(Credential credential) {
    return null;
  }
}
