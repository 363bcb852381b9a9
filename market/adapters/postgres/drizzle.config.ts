import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'postgresql',
  schema: './market/adapters/postgres/schema/*.ts',
  out: './market/adapters/postgres/migrations',
  casing: 'snake_case',
})
