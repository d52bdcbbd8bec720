/** Calls a function of the user. When it throws, or returns a promise that rejects, only `onFailure` is called. */
export function callHook(call: () => unknown, onFailure: (error: unknown) => void): void {
  try {
    const returned = call();
    // The types ask for no result, but an async function fits them too.
    if (returned !== undefined) Promise.resolve(returned).catch(onFailure);
  } catch (error) {
    onFailure(error);
  }
}
