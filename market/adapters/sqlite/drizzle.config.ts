import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'sqlite',
  schema: './market/adapters/sqlite/schema.ts',
  out: './market/adapters/sqlite/migrations',
  casing: 'snake_case',
})
