import { useNavigate } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { searchOf } from './standing-figures.ts'
import type { Role } from './standing-words.ts'
import { roleNames, roles } from './standing-words.ts'

const orders = { score: 'Best score', account: 'Name', active: 'Last active' } as const
type Order = keyof typeof orders

export type AccountsFilterProps = {
  readonly role: Role
  readonly sort: Order
  readonly search: string
}

const fieldLook = 'mt-1 block min-h-10 rounded-lg border border-line bg-surface px-3'

/** Which accounts are listed, and in what order; the address says it, so that it can be shared. */
export function AccountsFilter({ role, sort, search }: AccountsFilterProps): ReactElement {
  const navigate = useNavigate({ from: '/accounts' })
  return (
    <search className="flex flex-wrap gap-4">
      <label className="text-sm text-muted">
        Name begins with
        <input
          type="search"
          className={`${fieldLook} w-48 text-text`}
          defaultValue={search}
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => {
            const text = searchOf(event.target.value)
            void navigate({
              search: (known) => ({ ...known, search: text === '' ? undefined : text }),
              replace: true,
            })
          }}
        />
      </label>
      <Choice
        label="Role"
        value={role}
        options={roles.map((each) => [each, roleNames[each]])}
        onChoose={(next) => void navigate({ search: (known) => ({ ...known, role: next }) })}
      />
      <Choice
        label="Order"
        value={sort}
        options={orderNames}
        onChoose={(next) => void navigate({ search: (known) => ({ ...known, sort: next }) })}
      />
    </search>
  )
}

const orderNames: readonly (readonly [Order, string])[] = [
  ['score', orders.score],
  ['account', orders.account],
  ['active', orders.active],
]

type ChoiceProps<Value extends string> = {
  readonly label: string
  readonly value: Value
  readonly options: readonly (readonly [Value, string])[]
  readonly onChoose: (value: Value) => void
}

function Choice<Value extends string>(props: ChoiceProps<Value>): ReactElement {
  const { label, value, options, onChoose } = props
  return (
    <label className="text-sm text-muted">
      {label}
      <select
        className={`${fieldLook} text-text`}
        value={value}
        onChange={(event) => {
          const chosen = options.find(([name]) => name === event.target.value)
          if (chosen) onChoose(chosen[0])
        }}
      >
        {options.map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}
