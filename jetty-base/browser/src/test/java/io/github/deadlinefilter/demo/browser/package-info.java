/**
 * What a person does with the demo's pages, in a real Chromium without a window.
 *
 * <p>A {@link io.github.deadlinefilter.demo.browser.Browser} is one, which only does what a person
 * can see or press; {@link io.github.deadlinefilter.demo.browser.BoardPage} and {@link
 * io.github.deadlinefilter.demo.browser.DemoPage} know where on their pages something is. {@link
 * io.github.deadlinefilter.demo.browser.Appearance} audits a page for whoever needs help with it,
 * and keeps its pictures.
 */
@NullMarked
package io.github.deadlinefilter.demo.browser;

import org.jspecify.annotations.NullMarked;
