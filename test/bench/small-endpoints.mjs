// The endpoints that FastChat asks before a chat.

export const SMALL = [
  'model_details',
  'count_token',
  'worker_get_conv_template',
  'worker_get_status',
];
