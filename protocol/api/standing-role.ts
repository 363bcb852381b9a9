import { z } from 'zod'
import { HiveAccount } from '../ids.ts'

export const StandingRole = z.enum(['encoder', 'creator', 'arbiter'])
export const Score = { score: z.number(), low: z.number(), high: z.number() }
export const AccountParams = z.strictObject({ account: HiveAccount })
