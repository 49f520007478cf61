import type { Message } from '@duet/sdk';
import { useEffect } from 'react';
import { deviceStorage } from '../session/device-storage.ts';
import { useAttention } from '../thread/attention.ts';

const KEY = 'duet-notifications';
const LOOKING = 'duet-looking';

export type NotificationSetting = 'on' | 'off' | 'blocked' | 'unsupported';

/** What this device is set to. */
export function notificationSetting(): NotificationSetting {
  if (!('Notification' in globalThis)) return 'unsupported';
  if (Notification.permission === 'denied') return 'blocked';
  return Notification.permission === 'granted' && deviceStorage.getItem(KEY) === 'on' ? 'on' : 'off';
}

export function areNotificationsOn(): boolean {
  return notificationSetting() === 'on';
}

/** Turns them on, asking the browser if it was not asked yet, or off. To be called for a click. */
export async function setNotifications(isOn: boolean): Promise<NotificationSetting> {
  if (isOn && (await Notification.requestPermission()) === 'granted') deviceStorage.setItem(KEY, 'on');
  else deviceStorage.removeItem(KEY);
  return notificationSetting();
}

/** Shows a message. Every tab may: with one tag it is one notification. */
export function notify(from: string, { message_id, content }: Message, onClick: () => void): void {
  try {
    const notification = new Notification(from, { body: content.slice(0, 200), tag: message_id });
    notification.onclick = () => {
      window.focus();
      onClick();
      notification.close();
    };
  } catch {
    // Browsers of phones have the class, and let nobody use it but a service worker.
  }
}

/** Lets other tabs know, while this one is looked at: a lock that is held says so. */
export function useLookedAt(): void {
  const isLookedAt = useAttention();
  useEffect(() => {
    if (!isLookedAt || !navigator.locks) return;
    const end = Promise.withResolvers<void>();
    void navigator.locks.request(LOOKING, { mode: 'shared' }, () => end.promise);
    return () => end.resolve();
  }, [isLookedAt]);
}

/** Whether a tab of this app is looked at. */
export async function isAnybodyLooking(): Promise<boolean> {
  // There are none over plain http.
  const { held = [] } = navigator.locks ? await navigator.locks.query() : {};
  return held.some(({ name }) => name === LOOKING);
}
