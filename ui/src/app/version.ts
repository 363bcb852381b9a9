declare const dashboardVersion: string

/** As package.json had it when the dashboard was built. */
export const version = dashboardVersion
