// The project's folder. Tests run in it, while what they run is compiled in a folder below it.

export const root = process.cwd();
