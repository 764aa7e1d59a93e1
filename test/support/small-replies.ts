// What the small endpoints reply as long as no setting says otherwise, written out by hand.

export const STATUS = { model_names: ['zhipu-api'], speed: 1, queue_length: 0 };

export const TEMPLATE = {
  conv: {
    name: 'zhipu-api',
    system_template: '{system_message}',
    system_message: '你是智谱AI小助手，请根据用户的提示来完成任务',
    roles: ['user', 'assistant', 'system'],
    messages: [],
    offset: 0,
    sep_style: 2,
    sep: '\n###',
    sep2: '\n###',
    stop_str: '###',
    stop_token_ids: null,
  },
};

/** How much it is, is told elsewhere. */
export const COUNT = { count: Number, error_code: 0 };
