package io.github.deadlinefilter.demo.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.NoSuchElementException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.FluentWait;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * A Chromium without a window, with a new profile. It sees what is on the page, waits for what is
 * to appear, and presses keys.
 */
final class Browser implements AutoCloseable {
  /** Only a page on which something never happens takes so long. */
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private static final Duration LOOK_EVERY = Duration.ofMillis(50);

  /** More than any page has controls. */
  private static final int MOST_TABS = 200;

  /** Warns of a module that nothing here needs. Kept, for else its level is forgotten. */
  private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

  private final ChromeDriver driver;

  /**
   * @param temporary for what it leaves behind, of a short path
   */
  Browser(Path temporary) {
    SELENIUM.setLevel(Level.SEVERE);
    var logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    var options = new ChromeOptions();
    options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
    options.addArguments(
        "--headless=new",
        "--no-sandbox", // which a container has no means for
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
        "--hide-scrollbars"); // so that all of a window's width is the page's
    var service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(new File(System.getProperty("chromedriver")))
            .usingAnyFreePort()
            .withEnvironment(Map.of("TMPDIR", temporary.toString()))
            .build();
    driver = new ChromeDriver(service, options);
  }

  ChromeDriver driver() {
    return driver;
  }

  void open(URI page) {
    driver.get(page.toString());
  }

  // ---- what there is to see

  /** Waits until there is one that can be seen. */
  WebElement see(By what) {
    return Objects.requireNonNull(
        waiting()
            .withMessage("nothing to see of " + what)
            .until(
                unused ->
                    driver.findElements(what).stream()
                        .filter(WebElement::isDisplayed)
                        .findFirst()
                        .orElse(null)));
  }

  /** Waits until there is none that can be seen. */
  void seeNo(By what) {
    await("no more of " + what, () -> !isSeen(what));
  }

  boolean isSeen(By what) {
    return driver.findElements(what).stream().anyMatch(WebElement::isDisplayed);
  }

  /** Waits until it says so, by its beginning. */
  void read(Supplier<WebElement> what, String beginning) {
    waiting()
        .withMessage(() -> "not \"" + beginning + "\" but \"" + what.get().getText() + '"')
        .until(unused -> what.get().getText().startsWith(beginning));
  }

  /** Waits until it is so; what is not there (yet, or any more) is not. */
  void await(String what, BooleanSupplier isSo) {
    waiting().withMessage("never seen: " + what).until(unused -> isSo.getAsBoolean());
  }

  private FluentWait<WebDriver> waiting() {
    return new WebDriverWait(driver, LIMIT, LOOK_EVERY)
        .ignoring(NoSuchElementException.class)
        .ignoring(StaleElementReferenceException.class);
  }

  /** What the browser's console says, and has not been asked for before: errors and warnings. */
  List<String> complaints() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
        .map(LogEntry::getMessage)
        .toList();
  }

  /** The value of a script's expression. */
  <T> T value(String expression, Class<T> type, Object... arguments) {
    return type.cast(
        Objects.requireNonNull(driver.executeScript("return " + expression, arguments)));
  }

  // ---- what a person does

  void press(CharSequence... keys) {
    new Actions(driver).sendKeys(keys).perform();
  }

  /** Presses Tab until the focus is on what a screen reader would call so. */
  WebElement tabTo(String name) {
    for (int i = 0; i < MOST_TABS; i++) {
      press(Keys.TAB);
      WebElement focused = driver.switchTo().activeElement();
      if (name.equals(focused.getAccessibleName())) {
        return focused;
      }
    }
    throw new AssertionError("Tab never leads to \"" + name + '"');
  }

  /** Does something while another tab is looked at, and this page is hidden. */
  void lookElsewhere(Runnable meanwhile) {
    String here = driver.getWindowHandle();
    driver.switchTo().newWindow(WindowType.TAB);
    try {
      meanwhile.run();
    } finally {
      driver.close();
      driver.switchTo().window(here);
    }
  }

  /** As a phone of this width is, if it is one of a phone's. */
  void resize(int width, int height) {
    boolean phone = width < 600;
    cdp(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", phone));
  }

  /** What the system prefers: "light" or "dark". */
  void prefer(String scheme) {
    cdp(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    String query = "matchMedia('(prefers-color-scheme: " + scheme + ")').matches";
    assertEquals(true, value(query, Boolean.class));
  }

  /** Lets the page read and write what is copied. */
  void allowClipboard() {
    cdp(
        "Browser.grantPermissions",
        Map.of("permissions", List.of("clipboardReadWrite", "clipboardSanitizedWrite")));
  }

  /** The page, also what is below the window's edge; or only the window, which a dialog is in. */
  void keepPicture(Path file, boolean wholePage) throws IOException {
    byte[] picture = wholePage ? pictureOfPage() : driver.getScreenshotAs(OutputType.BYTES);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.write(file, picture);
  }

  private byte[] pictureOfPage() {
    long width = value("document.documentElement.clientWidth", Long.class);
    long height = value("document.documentElement.scrollHeight", Long.class);
    Map<String, Object> clip = Map.of("x", 0, "y", 0, "width", width, "height", height, "scale", 1);
    Map<String, Object> answer =
        cdp("Page.captureScreenshot", Map.of("captureBeyondViewport", true, "clip", clip));
    return Base64.getDecoder().decode((String) answer.get("data"));
  }

  private Map<String, Object> cdp(String command, Map<String, Object> parameters) {
    return driver.executeCdpCommand(command, parameters);
  }

  @Override
  public void close() {
    driver.quit();
  }
}
