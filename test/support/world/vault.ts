import type { ChainTime, HiveAccount } from '#protocol/ids.ts'
import type { LedgerAction } from '#protocol/ledger-block.ts'

type EscrowAction = Exclude<
  LedgerAction,
  { type: 'custom-json' | 'escrow-approved' | 'escrow-rejected' }
>
type Transfer = Extract<LedgerAction, { type: 'escrow-transfer' }>
type Held = {
  readonly terms: Transfer
  readonly approvedBy: readonly HiveAccount[]
  readonly isDisputed: boolean
  readonly held: bigint
}

/** One escrow's whole life in money, kept for the reckoning at the end. */
export type Payment = {
  readonly meta: string
  readonly price: bigint
  readonly toEncoder: bigint
  readonly toCreator: bigint
}

/** Purses and escrows by hived's rules, told apart from the contracts so that one can be held against the other. */
export class Vault {
  readonly purses = new Map<HiveAccount, bigint>()
  readonly payments = new Map<string, Payment>()
  #escrows = new Map<string, Held>()

  /** All there is: in purses, in escrows, and in fees that wait for their agents. */
  total(): bigint {
    const purses = [...this.purses.values()]
    const held = [...this.#escrows.values()].map(
      ({ held: amount, approvedBy, terms }) => amount + (approvedBy.length < 2 ? terms.fee : 0n),
    )
    return [...purses, ...held].reduce((sum, amount) => sum + amount, 0n)
  }

  isEmpty(): boolean {
    return this.#escrows.size === 0
  }

  /** Runs a transaction whole or not at all. Throws what hived would answer. */
  attempt<T>(apply: () => T): T {
    const before = [new Map(this.purses), new Map(this.#escrows), new Map(this.payments)] as const
    try {
      return apply()
    } catch (error) {
      const [purses, escrows, payments] = before
      this.purses.clear()
      for (const [name, amount] of purses) this.purses.set(name, amount)
      this.#escrows = escrows
      this.payments.clear()
      for (const [key, payment] of payments) this.payments.set(key, payment)
      throw error
    }
  }

  /** Applies an operation and returns the virtual ones it makes. */
  apply(action: EscrowAction, now: ChainTime, transaction: string): readonly LedgerAction[] {
    const key = `${action.from}/${action.escrow}`
    if (action.type === 'escrow-transfer') {
      this.#open(key, action, now)
      this.payments.set(`${transaction} ${key}`, {
        meta: action.meta,
        price: action.hbd,
        toEncoder: 0n,
        toCreator: 0n,
      })
      this.#names.set(key, `${transaction} ${key}`)
      return []
    }
    const escrow = this.#escrows.get(key)
    assert(escrow, 'no such escrow')
    assert(escrow.terms.to === action.to && escrow.terms.agent === action.agent, 'other sides')
    switch (action.type) {
      case 'escrow-approve':
        return this.#approve(key, escrow, action, now)
      case 'escrow-dispute':
        assert(escrow.approvedBy.length === 2 && !escrow.isDisputed, 'not to be disputed')
        assert(action.who === escrow.terms.from || action.who === escrow.terms.to, 'not a side')
        assert(now < escrow.terms.expiration, 'expired')
        this.#escrows.set(key, { ...escrow, isDisputed: true })
        return []
      case 'escrow-release':
        return this.#release(key, escrow, action, now)
    }
  }

  /** What the end of a block does to escrows that nobody stood by in time. */
  lapse(now: ChainTime): readonly LedgerAction[] {
    return [...this.#escrows].flatMap(([key, escrow]) =>
      escrow.approvedBy.length < 2 && escrow.terms.ratificationDeadline <= now
        ? [this.#reject(key, escrow)]
        : [],
    )
  }

  readonly #names = new Map<string, string>()

  #pay(account: HiveAccount, amount: bigint): void {
    const purse = (this.purses.get(account) ?? 0n) + amount
    assert(purse >= 0n, `${account} does not have sufficient funds`)
    this.purses.set(account, purse)
  }

  #open(key: string, terms: Transfer, now: ChainTime): void {
    assert(!this.#escrows.has(key), 'escrow number in use')
    assert(terms.from !== terms.agent && terms.to !== terms.agent, 'agent is a side')
    assert(terms.hbd > 0n, 'nothing to hold')
    assert(
      terms.ratificationDeadline > now && terms.expiration > terms.ratificationDeadline,
      'deadlines',
    )
    this.#pay(terms.from, -(terms.hbd + terms.fee))
    this.#escrows.set(key, { terms, approvedBy: [], isDisputed: false, held: terms.hbd })
  }

  #approve(
    key: string,
    escrow: Held,
    { who, approve }: Extract<EscrowAction, { type: 'escrow-approve' }>,
    now: ChainTime,
  ): readonly LedgerAction[] {
    assert(escrow.approvedBy.length < 2 && now < escrow.terms.ratificationDeadline, 'not pending')
    assert(who === escrow.terms.to || who === escrow.terms.agent, 'not a side')
    assert(!escrow.approvedBy.includes(who), 'approved already')
    if (!approve) return [this.#reject(key, escrow)]
    const approvedBy = [...escrow.approvedBy, who]
    this.#escrows.set(key, { ...escrow, approvedBy })
    if (approvedBy.length < 2) return []
    this.#pay(escrow.terms.agent, escrow.terms.fee)
    return [virtual('escrow-approved', escrow.terms)]
  }

  #reject(key: string, { terms }: Held): LedgerAction {
    this.#pay(terms.from, terms.hbd + terms.fee)
    this.#escrows.delete(key)
    this.payments.delete(this.#names.get(key) ?? '')
    return virtual('escrow-rejected', terms)
  }

  #release(
    key: string,
    escrow: Held,
    { who, receiver, hbd }: Extract<EscrowAction, { type: 'escrow-release' }>,
    now: ChainTime,
  ): readonly LedgerAction[] {
    const { terms, held, isDisputed } = escrow
    assert(escrow.approvedBy.length === 2, 'not funded')
    assert(hbd > 0n && hbd <= held, 'more than held')
    assert(receiver === terms.from || receiver === terms.to, 'not a receiver')
    if (isDisputed) assert(who === terms.agent, 'only the agent releases a disputed escrow')
    else {
      assert(who === terms.from || who === terms.to, 'not a side')
      const isGiving = who === terms.from ? receiver === terms.to : receiver === terms.from
      assert(isGiving || now >= terms.expiration, 'only to the other side')
    }
    this.#pay(receiver, hbd)
    const name = this.#names.get(key) ?? ''
    const payment = this.payments.get(name)!
    const isToEncoder = receiver === terms.to
    this.payments.set(name, {
      ...payment,
      toEncoder: payment.toEncoder + (isToEncoder ? hbd : 0n),
      toCreator: payment.toCreator + (isToEncoder ? 0n : hbd),
    })
    if (hbd === held) this.#escrows.delete(key)
    else this.#escrows.set(key, { ...escrow, held: held - hbd })
    return []
  }
}

function virtual(
  type: 'escrow-approved' | 'escrow-rejected',
  { from, to, agent, escrow }: Transfer,
): LedgerAction {
  return { type, from, to, agent, escrow }
}

function assert(holds: unknown, message: string): asserts holds {
  if (!holds) throw new Error(message)
}
