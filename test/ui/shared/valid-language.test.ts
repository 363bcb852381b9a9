import { expect, test } from 'vitest'
import { ensureValidLanguage } from '#ui/shared/valid-language.ts'

test.each([
  ['en-US@posix', 'en'],
  ['', 'en'],
  ['de-AT', 'de-AT'],
])('a browser that names its language "%s" is taken for one of "%s"', (language, valid) => {
  const browser = { language }
  ensureValidLanguage(browser)
  expect(browser.language).toBe(valid)
  expect(() => new Intl.NumberFormat(browser.language)).not.toThrow()
})
