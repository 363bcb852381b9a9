import type { ReactElement } from 'react'
import { useId } from 'react'
import type { JobsSearch } from '#ui/shared/jobs-search.ts'
import { jobStateNames, tierNames } from '#ui/shared/jobs-search.ts'

export type JobFiltersProps = {
  readonly search: JobsSearch
  readonly onChange: (search: JobsSearch) => void
}

const look = 'min-h-10 w-full rounded-lg border border-muted bg-surface px-3'

/** Narrows the list; the address says how, so that it can be sent to others. */
export function JobFilters({ search, onChange }: JobFiltersProps): ReactElement {
  const id = useId()
  const change = (name: keyof JobsSearch) => (value: string) =>
    onChange({ ...search, [name]: value === '' ? undefined : value })
  return (
    <search className="grid grid-cols-2 gap-3 sm:grid-cols-4">
      <Choice
        {...{ id: `${id}-state`, name: 'State', names: jobStateNames, value: search.state ?? '' }}
        onChange={change('state')}
      />
      <Choice
        {...{ id: `${id}-tier`, name: 'Made by', names: tierNames, value: search.tier ?? '' }}
        onChange={change('tier')}
      />
      <Name
        {...{ id: `${id}-owner`, name: 'Owner', value: search.owner ?? '' }}
        onChange={change('owner')}
      />
      <Name
        {...{ id: `${id}-encoder`, name: 'Encoder', value: search.encoder ?? '' }}
        onChange={change('encoder')}
      />
    </search>
  )
}

type FieldProps = {
  readonly id: string
  readonly name: string
  readonly value: string
  readonly onChange: (value: string) => void
}

function Choice({
  id,
  name,
  names,
  value,
  onChange,
}: FieldProps & { readonly names: Readonly<Record<string, string>> }): ReactElement {
  return (
    <div>
      <label htmlFor={id} className="text-sm text-muted">
        {name}
      </label>
      <select
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className={look}
      >
        <option value="">Any</option>
        {Object.entries(names).map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </div>
  )
}

/** Asked for when it is whole: on Enter, or when the next thing is gone to. */
function Name({ id, name, value, onChange }: FieldProps): ReactElement {
  return (
    <div>
      <label htmlFor={id} className="text-sm text-muted">
        {name}
      </label>
      <input
        {...{ id, key: value, defaultValue: value, spellCheck: false, autoComplete: 'off' }}
        onBlur={(event) =>
          event.target.value.trim() !== value && onChange(event.target.value.trim())
        }
        onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
        className={look}
      />
    </div>
  )
}
