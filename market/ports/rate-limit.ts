/** So many requests within so many seconds. */
export type RateLimit = { readonly requests: number; readonly seconds: number }
