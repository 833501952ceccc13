import type { Page } from 'playwright-core';

/** Where something reaches over the window's edge: the page itself or any element, as short descriptions. */
export async function overflow(page: Page): Promise<string[]> {
  return (await page.evaluate(`(() => {
    const width = document.documentElement.clientWidth;
    const wide = document.documentElement.scrollWidth > width ? ['the page: ' + document.documentElement.scrollWidth] : [];
    for (const one of document.querySelectorAll('body *')) {
      const box = one.getBoundingClientRect();
      if (box.width > 1 && (box.right > width + 0.5 || box.left < -0.5) && !one.closest('svg svg, .defs'))
        wide.push(one.tagName + '.' + one.getAttribute('class') + ' ' + Math.round(box.left) + '..' + Math.round(box.right));
    }
    return wide;
  })()`)) as string[];
}

/** The text that stands out least from the page's ground, and its contrast ratio (WCAG 2.2, 1.4.3). */
export async function leastContrast(page: Page): Promise<{ readonly text: string; readonly ratio: number }> {
  return (await page.evaluate(`(() => {
    const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const channel = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
    const luminance = (colour) => { const [r, g, b] = parts(colour).map(channel); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
    const ground = luminance(getComputedStyle(document.body).backgroundColor);
    let least = { text: '', ratio: 21 };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode.textContent.trim();
      if (text === '') continue;
      const [dark, light] = [ground, luminance(getComputedStyle(walker.currentNode.parentElement).color)].sort((a, b) => a - b);
      const ratio = (light + 0.05) / (dark + 0.05);
      if (ratio < least.ratio) least = { text, ratio };
    }
    return least;
  })()`)) as { text: string; ratio: number };
}
