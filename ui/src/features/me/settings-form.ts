import { z } from 'zod'
import { en } from 'zod/locales'
import { formatHbd } from '#protocol/amount.ts'
import { Settings } from '#protocol/api/settings.ts'

/** Settings as the fields of a form have them: texts and ticks. */
export type SettingsForm = {
  readonly tiers: readonly string[]
  readonly qualities: readonly string[]
  readonly budget: string
  readonly arbiters: string
  readonly awardLimit: string
  /** Kept as it is: nothing acts on it yet, so that no field promises it. */
  readonly releaseLimit: string
  readonly webhookUrl: string
  readonly agentWaitSeconds: string
  readonly browserWaitSeconds: string
  readonly bidWaitSeconds: string
  readonly signatureWaitSeconds: string
}

/** In the pages' small zod, faults have no words until they are brought along. */
z.config(en())

export type FormFaults = Partial<Record<keyof SettingsForm, string>>

const amountText = (milli: bigint | null): string =>
  milli === null ? '' : formatHbd(milli).slice(0, -' HBD'.length)

export function formOf(settings: Settings): SettingsForm {
  return {
    tiers: settings.tiers,
    qualities: settings.qualities,
    budget: amountText(settings.budget),
    arbiters: settings.arbiters.join(' '),
    awardLimit: amountText(settings.awardLimit),
    releaseLimit: amountText(settings.releaseLimit),
    webhookUrl: settings.webhookUrl ?? '',
    agentWaitSeconds: String(settings.agentWaitSeconds),
    browserWaitSeconds: String(settings.browserWaitSeconds),
    bidWaitSeconds: String(settings.bidWaitSeconds),
    signatureWaitSeconds: String(settings.signatureWaitSeconds),
  }
}

/** The settings that a form says, by the schema of the server itself; or what is wrong with which field. */
export function readForm(
  form: SettingsForm,
):
  | { readonly settings: Settings; readonly faults?: undefined }
  | { readonly settings?: undefined; readonly faults: FormFaults } {
  const parsed = Settings.safeParse({
    tiers: form.tiers,
    qualities: form.qualities,
    budget: wireAmount(form.budget),
    arbiters: form.arbiters.split(/[\s,]+/).flatMap(nameIn),
    awardLimit: wireAmount(form.awardLimit),
    releaseLimit: wireAmount(form.releaseLimit),
    webhookUrl: form.webhookUrl.trim() === '' ? null : form.webhookUrl.trim(),
    agentWaitSeconds: wireNumber(form.agentWaitSeconds),
    browserWaitSeconds: wireNumber(form.browserWaitSeconds),
    bidWaitSeconds: wireNumber(form.bidWaitSeconds),
    signatureWaitSeconds: wireNumber(form.signatureWaitSeconds),
  })
  if (parsed.success) return { settings: parsed.data }
  const { fieldErrors } = z.flattenError(parsed.error)
  const faults = Object.entries(fieldErrors).map(([field, said]) => [field, said.join('; ')])
  return { faults: Object.fromEntries(faults) as FormFaults }
}

function nameIn(text: string): readonly string[] {
  const name = text.replace(/^@/, '').toLowerCase()
  return name === '' ? [] : [name]
}

/** `0.5` and `0.500 HBD` are `0.500 HBD`; nothing is null; anything else is left for the schema to refuse. */
function wireAmount(text: string): string | null {
  const said = text
    .replace(/\s*HBD$/i, '')
    .trim()
    .replace(',', '.')
  if (said === '') return null
  const [, whole, part = ''] = /^(\d+)(?:\.(\d{1,3}))?$/.exec(said) ?? []
  return whole === undefined ? said : `${BigInt(whole)}.${part.padEnd(3, '0')} HBD`
}

function wireNumber(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text)
}
