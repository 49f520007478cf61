import { useLocation } from 'wouter';
import { useArrivals } from './arrivals.ts';
import { areNotificationsOn, isAnybodyLooking, notify, useLookedAt } from './notify.ts';

/** Shows a desktop notification for what comes while no tab of the app is looked at. */
export function ArrivalNotifier() {
  const [, navigate] = useLocation();
  useLookedAt();
  useArrivals(({ conversation, message }) => {
    if (!areNotificationsOn()) return;
    void isAnybodyLooking().then((isLooking) => {
      if (!isLooking)
        notify(conversation.peer.display_name, message, () => navigate(`/c/${conversation.id}`));
    });
  });
  return null;
}
