import type { ButtonHTMLAttributes, ReactElement } from 'react'

const looks = {
  main: 'bg-accent text-on-accent',
  quiet: 'border border-line bg-surface text-text',
} as const

export type ButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className'> & {
  readonly look?: keyof typeof looks
}

export function Button({ look = 'main', type = 'button', ...rest }: ButtonProps): ReactElement {
  const shape = 'min-h-10 rounded-lg px-4 py-2 font-medium disabled:opacity-60'
  return <button type={type} className={`${shape} ${looks[look]} cursor-pointer`} {...rest} />
}
