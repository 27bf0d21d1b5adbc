import { remember } from './remember.ts';

const NAME =
  /^(?:(?:full|first|last|given|family|middle|display|legal|user|nick|sur)[_ -]?name|name|surname|contact|recipient|姓名|名字|姓|名|昵称|联系人)$/i;
const PRIVATE =
  /mail|phone|mobile|(?:^|[_ -])tel(?:$|[_ -])|fax|address|street|post_?code|zip|passport|ssn|iban|(?:card|account|licen[cs]e)[ _-]?(?:no|num|holder|id|name)|password|secret|token|ip$|wechat|(?:^|[_ -])qq|birth_?(?:day|date)|(?:^|[_ -])dob|(?:^|[_-])id$|[a-z]Id$|national[ _-]?id|地址|电话|手机|邮箱|身份证|证件|生日|微信|卡号|账号|账户|密码/i;

const asWritten = (name: string): string => name.replaceAll(/([a-z])([A-Z])/g, '$1_$2');

/** Whether a trait says what its owner is called, by its name. */
export const isNameTrait = remember((name) => NAME.test(asWritten(name).trim()));

/** Whether a trait or property tells who somebody is, by its name: no model reads its value. */
export const isPrivate = remember(
  (name) => isNameTrait(name) || PRIVATE.test(asWritten(name)) || PRIVATE.test(name),
);
