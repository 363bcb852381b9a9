#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { endOnBrokenPipe } from './broken-pipe.ts'
import { tellOfBuffers } from './buffer-memory.ts'

// Before anything else is loaded: what a process compiles is then compiled once per machine, and it is up in half the time.
enableCompileCache()
tellOfBuffers()
endOnBrokenPipe()

// A diagnostic report is made to be shown to others, and the environment may hold keys.
process.report.excludeEnv = true

const { createProgram } = await import('./commands/program.ts')
const { default: description } = await import('../package.json', { with: { type: 'json' } })
await createProgram(description.version).parseAsync()
