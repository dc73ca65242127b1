package io.github.deadlinefilter;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds what is stored for a part of a path, without making a string of that part. Immutable, read
 * from any thread without allocation.
 *
 * <p>A path comes as the two strings that the container gives, which are read as one. Whoever asks
 * has computed the hash on the way there ({@link #hash}), so a look-up touches the path's
 * characters only where a key with the same hash is found, and the table only where some key has
 * that length.
 */
final class PathTable {
  // Open addressing: a key sits in the first free slot from its hash on. At most half are taken.
  private final String[] keys;
  private final MethodRoutes[] values;
  private final int[] hashes;
  private final int mask;

  /** A bit for each length of a key, or of one that is longer by a multiple of 64. */
  private final long lengths;

  PathTable(Map<String, MethodRoutes> entries) {
    int slots = Math.max(2, Integer.highestOneBit(Math.max(1, entries.size())) * 4);
    keys = new String[slots];
    values = new MethodRoutes[slots];
    hashes = new int[slots];
    mask = slots - 1;
    long lengths = 0;
    for (String key : entries.keySet()) {
      lengths |= 1L << key.length();
    }
    this.lengths = lengths;
    entries.forEach(this::put);
  }

  private void put(String key, MethodRoutes value) {
    int hash = 0;
    for (int i = 0; i < key.length(); i++) {
      hash = hash(hash, key.charAt(i));
    }
    int slot = slot(hash);
    while (values[slot] != null) {
      slot = (slot + 1) & mask;
    }
    keys[slot] = key;
    values[slot] = value;
    hashes[slot] = hash;
  }

  /** The hash of a part that is one character longer; of the empty part it is 0. */
  static int hash(int hash, char next) {
    return 31 * hash + next;
  }

  /** The character at {@code index} of the two strings read as one. */
  static char charAt(String servletPath, String pathInfo, int index) {
    int split = servletPath.length();
    return index < split ? servletPath.charAt(index) : pathInfo.charAt(index - split);
  }

  /**
   * What is stored for the characters from {@code from} up to {@code to}, or null.
   *
   * @param hash of these characters
   */
  @Nullable MethodRoutes find(int hash, String servletPath, String pathInfo, int from, int to) {
    if ((lengths & 1L << (to - from)) == 0) {
      return null;
    }
    for (int slot = slot(hash); values[slot] != null; slot = (slot + 1) & mask) {
      if (hashes[slot] == hash && isKey(keys[slot], servletPath, pathInfo, from, to)) {
        return values[slot];
      }
    }
    return null;
  }

  private static boolean isKey(String key, String servletPath, String pathInfo, int from, int to) {
    if (key.length() != to - from) {
      return false;
    }
    for (int i = 0; i < key.length(); i++) {
      if (key.charAt(i) != charAt(servletPath, pathInfo, from + i)) {
        return false;
      }
    }
    return true;
  }

  private int slot(int hash) {
    return (hash ^ hash >>> 16) & mask;
  }
}
