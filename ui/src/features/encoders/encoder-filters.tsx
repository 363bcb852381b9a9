import { useNavigate } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Choice } from './choice.tsx'
import type { EncoderSearch } from './encoder-search.ts'
import { codecs, hardware, hardwareNames, orders, parseEncoderSearch } from './encoder-search.ts'
import { NumberField } from './number-field.tsx'
import { allRegions } from './regions.ts'

export type EncoderFiltersProps = { readonly search: EncoderSearch }

const any = ['', 'Any'] as const
const regions = allRegions()
const orderNames = {
  score: 'Best standing',
  price: 'Lowest price',
  speed: 'Greatest speed',
} as const

/** Filters that live in the address: a link leads to the same list, and the back button undoes a choice. */
export function EncoderFilters({ search }: EncoderFiltersProps): ReactElement {
  const navigate = useNavigate()
  const choose = (change: Readonly<Record<string, unknown>>): void => {
    const chosen = parseEncoderSearch({ ...search, show: undefined, ...change })
    void navigate({ to: '/encoders', search: chosen, resetScroll: false })
  }
  return (
    <form
      aria-label="Filters"
      onSubmit={(event) => event.preventDefault()}
      className="grid grid-cols-2 items-end gap-3 sm:grid-cols-3 lg:grid-cols-7"
    >
      <Choice
        {...{ label: 'Order', value: search.order ?? 'score' }}
        options={orders.map((order) => [order, orderNames[order]])}
        onChoose={(order) => choose({ order })}
      />
      <Choice
        {...{ label: 'Codec', value: search.codec ?? '' }}
        options={[any, ...codecs.map((codec) => [codec, codec.toUpperCase()] as const)]}
        onChoose={(codec) => choose({ codec })}
      />
      <Choice
        {...{ label: 'Hardware', value: search.hwAccel ?? '' }}
        options={[any, ...hardware.map((name) => [name, hardwareNames[name]] as const)]}
        onChoose={(hwAccel) => choose({ hwAccel })}
      />
      <Choice
        {...{ label: 'Region', value: search.region ?? '' }}
        options={[any, ...regions]}
        onChoose={(region) => choose({ region })}
      />
      <NumberField
        {...{ label: 'Most per minute, HBD', value: String(search.price ?? '') }}
        onEnter={(price) => choose({ price })}
      />
      <NumberField
        {...{ label: 'Least speed, × real time', value: String(search.speed ?? '') }}
        onEnter={(speed) => choose({ speed })}
      />
      <label className="flex min-h-10 items-center gap-2">
        <input
          type="checkbox"
          checked={search.present === true}
          onChange={({ target }) => choose({ present: target.checked })}
          className="size-5 accent-accent"
        />
        There now
      </label>
    </form>
  )
}
