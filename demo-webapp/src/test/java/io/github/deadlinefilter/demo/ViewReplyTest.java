package io.github.deadlinefilter.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ViewReplyTest {
  @Test
  void reply_asJson_hasItsFieldsInOrder() {
    assertEquals(
        "{\"completed\": true, \"time\": 1.005, \"timeout\": 2, \"name\": \"a\\\"\\u00e9\", \"slow\": \"db\"}\n",
        new ViewReply(true, 1_005_000_000L, "2", "a\"é", "db").json());
    assertEquals(
        "{\"completed\": true, \"time\": 61.000, \"timeout\": null, \"name\": \"b\", \"slow\": \"http\"}\n",
        new ViewReply(true, 60_999_700_000L, null, "b", "http").json());
  }
}
