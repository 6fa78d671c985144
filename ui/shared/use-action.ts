import { useCallback, useState } from "react";

/** Something that a button does: while it is under way it cannot be begun again, and why it failed is kept to be shown. */
export interface Action {
  readonly isBusy: boolean;
  readonly failure: string | undefined;
  /** Resolves with true when it was done. Never rejects. */
  readonly run: (work: () => Promise<void>) => Promise<boolean>;
  readonly forget: () => void;
}

export function useAction(): Action {
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const run = useCallback(async (work: () => Promise<void>): Promise<boolean> => {
    setBusy(true);
    setFailure(undefined);
    try {
      await work();
      return true;
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
      return false;
    } finally {
      setBusy(false);
    }
  }, []);
  const forget = useCallback(() => setFailure(undefined), []);
  return { isBusy, failure, run, forget };
}
