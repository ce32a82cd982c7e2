/** Colours of Okabe and Ito, which people with any kind of colour blindness can tell apart. Each theme has its own shades. */
const SERIES = {
  light: ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#b8860b', '#56b4e9', '#5c5c5c'],
  dark: ['#56b4e9', '#ff9d4d', '#2fd09f', '#e79ac6', '#f0e442', '#7fb8ff', '#b0b0b0'],
} as const;

export type Theme = keyof typeof SERIES;

export function seriesColour(theme: Theme, index: number): string {
  const colours = SERIES[theme];
  return colours[index % colours.length] ?? colours[0];
}

/** A colour of the current theme, for text, lines or background. */
export function themeColour(name: 'text' | 'muted' | 'line' | 'surface'): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export function currentTheme(): Theme {
  return document.documentElement.dataset['theme'] === 'dark' ? 'dark' : 'light';
}
