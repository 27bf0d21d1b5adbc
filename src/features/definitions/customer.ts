import { entity } from '../store/entity.ts';

/** Cameo's own customers, by `customer.id`. */
export const customer = entity('customer', { keys: ['customer_id'] });
