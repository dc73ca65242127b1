package io.github.deadlinefilter.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/** The folder of one container: its static files and its work files, removed on close. */
final class ScratchFolder implements AutoCloseable {
  /** The same for all, because it is shown in a folder's listing. */
  private static final FileTime MODIFIED = FileTime.from(Instant.parse("2020-02-02T20:20:20Z"));

  private final Path root;

  ScratchFolder() throws IOException {
    root = Files.createTempDirectory("deadline-filter-test-");
  }

  Path work() throws IOException {
    return Files.createDirectories(root.resolve("work"));
  }

  Path site(Map<String, String> files) throws IOException {
    Path site = Files.createDirectories(root.resolve("site"));
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path path = site.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
      Files.setLastModifiedTime(path, MODIFIED);
    }
    return site;
  }

  @Override
  public void close() {
    try (Stream<Path> found = Files.walk(root)) {
      found.sorted(Comparator.reverseOrder()).forEach(ScratchFolder::delete);
    } catch (IOException | UncheckedIOException left) {
      // A request that is still inside may write here; the folder is temporary anyway.
    }
  }

  private static void delete(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
