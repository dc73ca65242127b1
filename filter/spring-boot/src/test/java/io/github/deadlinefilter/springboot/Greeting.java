package io.github.deadlinefilter.springboot;

/** What most endpoints answer, as JSON. */
record Greeting(String from, String text) {}
