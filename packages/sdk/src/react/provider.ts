import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
} from 'react';
import type { Duet } from '../index.ts';
import { keepConnected } from './connected.ts';

const DuetContext = createContext<Duet | undefined>(undefined);

export interface DuetProviderProps {
  /** Made by `createDuet`, outside of components or once in a `useState`. Another one takes its place. */
  readonly duet: Duet;
  readonly children?: ReactNode;
}

/** Gives all components below a client. It is connected as long as this is mounted; on a server it is not. */
export function DuetProvider({ duet, children }: DuetProviderProps): ReactElement {
  const { live } = duet;
  useEffect(() => keepConnected(live), [live]);
  return createElement(DuetContext.Provider, { value: duet }, children);
}

/**
 * The client of the provider above, for everything that is not a hook: `duet.conversations.open`, `duet.users.find`.
 * @throws Error outside of a `DuetProvider`
 */
export function useDuet(): Duet {
  const duet = useContext(DuetContext);
  if (!duet) throw new Error('There is no <DuetProvider> above this component');
  return duet;
}
