/** A line of a chart before anything is drawn: one value for each moment, null where there is none. */
export type DrawnLine = { readonly name: string; readonly values: readonly (number | null)[] }
