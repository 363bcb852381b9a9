/**
 * Sees to it that the browser's language is one. On systems without a locale of their own Chromium names `en-US@posix`, and the library
 * that draws charts takes the name at its word.
 */
export function ensureValidLanguage(browser: { readonly language: string } = navigator): void {
  try {
    Intl.getCanonicalLocales(browser.language)
  } catch {
    Object.defineProperty(browser, 'language', { value: 'en', configurable: true })
  }
}
