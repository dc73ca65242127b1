package io.github.deadlinefilter.jersey;

import java.util.List;

/** What the application gives and takes as JSON. */
public record Item(int id, String name, List<String> tags) {}
