import { useMutation } from '@tanstack/react-query'
import type { FormEvent, ReactElement } from 'react'
import { useState } from 'react'
import type { Settings } from '#protocol/api/settings.ts'
import { changeSettingsRoute } from '#protocol/api/settings.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { Button } from '#ui/shared/components/button.tsx'
import { Card } from '#ui/shared/components/card.tsx'
import { Notice } from '#ui/shared/components/notice.tsx'
import { callServer } from '#ui/shared/session.ts'
import { SettingField } from './setting-field.tsx'
import type { FormFaults, SettingsForm } from './settings-form.ts'
import { formOf, readForm } from './settings-form.ts'
import { Ticks } from './ticks.tsx'

export type SettingsEditorProps = { readonly account: HiveAccount; readonly settings: Settings }

const tiers = [
  ['agent', 'My desktop agent'],
  ['browser', 'A browser tab'],
  ['community', 'The community, for money'],
] as const
const qualities = ['1080p', '720p', '480p'].map((name) => [name, name] as const)

const money = [
  [
    'budget',
    'Most that the community is paid for a job, HBD',
    'Empty keeps jobs from the community.',
  ],
  ['awardLimit', 'Award without asking, up to HBD', 'Empty asks always.'],
  [
    'releaseLimit',
    'Pay for good work without asking, up to HBD',
    'Of jobs that your own node offers. Empty asks always.',
  ],
] as const
const waits = [
  ['agentWaitSeconds', 'Wait for my agent, seconds'],
  ['browserWaitSeconds', 'Wait for a tab, seconds'],
  ['bidWaitSeconds', 'Wait for bids, seconds'],
  ['signatureWaitSeconds', 'Wait for my signature, seconds'],
] as const

/** The account's settings in a form, checked by the server's own schema before they are sent. */
export function SettingsEditor({ account, settings }: SettingsEditorProps): ReactElement {
  const [form, setForm] = useState<SettingsForm>(() => formOf(settings))
  const [faults, setFaults] = useState<FormFaults>({})
  const saving = useMutation({
    mutationFn: (body: Settings) =>
      callServer(changeSettingsRoute, { params: { user: account }, body }),
    onSuccess: (saved) => setForm(formOf(saved)),
  })
  const set = (change: Partial<SettingsForm>): void => {
    setForm({ ...form, ...change })
    saving.reset()
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const read = readForm(form)
    setFaults(read.faults ?? {})
    if (read.settings) saving.mutate(read.settings)
  }
  const field = (name: Exclude<keyof SettingsForm, 'tiers' | 'qualities'>) => ({
    ...{ value: form[name], fault: faults[name] },
    onChange: (value: string) => set({ [name]: value }),
  })
  return (
    <form onSubmit={submit} noValidate className="grid grid-cols-1 gap-5">
      <Card title="Who may encode">
        <div className="grid gap-4 sm:grid-cols-2">
          <Ticks
            {...{ label: 'In this order', options: tiers, ticked: form.tiers, fault: faults.tiers }}
            onChange={(ticked) => set({ tiers: ticked })}
          />
          <Ticks
            {...{ label: 'Qualities', options: qualities }}
            {...{ ticked: form.qualities, fault: faults.qualities }}
            onChange={(ticked) => set({ qualities: ticked })}
          />
          {waits.map(([name, label]) => (
            <SettingField key={name} label={label} {...field(name)} />
          ))}
        </div>
      </Card>
      <Card title="Money">
        <div className="grid gap-4 sm:grid-cols-2">
          {money.map(([name, label, note]) => (
            <SettingField key={name} {...{ label, note }} {...field(name)} />
          ))}
          <SettingField
            {...{
              label: 'Arbiters that I accept',
              note: 'Names of accounts, with spaces between.',
            }}
            {...field('arbiters')}
          />
        </div>
      </Card>
      <Card title="Webhook">
        <SettingField
          {...{ label: 'Address that is told of my jobs', note: 'Empty for none.' }}
          {...field('webhookUrl')}
        />
      </Card>
      <div className="flex flex-wrap items-center gap-4">
        <Button type="submit" disabled={saving.isPending}>
          {saving.isPending ? 'Saving…' : 'Save settings'}
        </Button>
        {saving.isSuccess && <Notice look="good">Saved.</Notice>}
        {saving.error && <Notice look="bad">{saving.error.message}</Notice>}
        {Object.keys(faults).length > 0 && (
          <Notice look="bad">Not saved: look at the fields that are marked.</Notice>
        )}
      </div>
    </form>
  )
}
