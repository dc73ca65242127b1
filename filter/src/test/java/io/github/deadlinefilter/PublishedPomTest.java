package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The jar is dropped into WEB-INF/lib alone: its POM brings nothing along. */
class PublishedPomTest {
  private static NodeList find(Path pom, String path) throws Exception {
    Document document =
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(pom.toFile());
    return (NodeList)
        XPathFactory.newInstance().newXPath().evaluate(path, document, XPathConstants.NODESET);
  }

  private static String text(Element dependency, String name) {
    NodeList found = dependency.getElementsByTagName(name);
    return found.getLength() == 0 ? "" : found.item(0).getTextContent().trim();
  }

  @Test
  void dependencies_noneIsForTheUser() throws Exception {
    Path pom = Path.of(System.getProperty("basedir", "."), "pom.xml");
    NodeList all = find(pom, "/project/dependencies/dependency");
    assertTrue(all.getLength() > 0, "the path finds dependencies");
    List<String> wrong = new ArrayList<>();
    for (int i = 0; i < all.getLength(); i++) {
      Element dependency = (Element) all.item(i);
      if (!List.of("provided", "test").contains(text(dependency, "scope"))
          && !text(dependency, "optional").equals("true")) {
        wrong.add(text(dependency, "artifactId"));
      }
    }
    assertEquals(List.of(), wrong);
  }

  @Test
  void parent_bringsNone() throws Exception {
    Path parent = Path.of(System.getProperty("basedir", "."), "..", "pom.xml");
    assertEquals(0, find(parent, "/project/dependencies/dependency").getLength());
  }
}
