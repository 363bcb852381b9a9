/** An object as it goes to a client. */
export type Printed = Readonly<Record<string, unknown>>
