package io.github.deadlinefilter.contract;

import java.util.Map;

/**
 * How a container lets users in, and what for: everything under {@link #PATTERN} is for those with
 * the role {@link #ROLE}. Its realm knows {@link #KEEPER}, who has it, and {@link #GUEST}, who has
 * not.
 */
public enum Login {
  /** By a header of each request. */
  BASIC,
  /** Once, by {@link #PAGE}, and remembered in the session. */
  FORM;

  static final String ROLE = "keeper";
  static final String PATTERN = "/keepers/*";
  static final String REALM = "the realm";

  static final String KEEPER = "alice";
  static final String GUEST = "bob";

  /** Everybody's. */
  static final String PASSWORD = "secret";

  /** The role that each user has. */
  static final Map<String, String> USERS = Map.of(KEEPER, ROLE, GUEST, "guest");

  static final String PAGE = "/login-page";
  static final String ERROR_PAGE = "/login-failed";
}
