const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** Chinese family names of one character: those of nearly everybody. */
export const SURNAMES: ReadonlySet<string> = new Set(
  '王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖萧田董袁潘于余叶蒋杜苏魏程吕丁沈任姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘位厉伊仝区郜海阚花帅屠豆朴盖练廉禹井祖漆巴丰支卿狄平索宣晋初云容敬来扈晁芮普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干尉冶斯束檀衣展阴昝智幸奉植衡富尧闭'.split(
    '',
  ),
);

/** Family names of two characters. */
export const LONG_SURNAMES: ReadonlySet<string> = words(
  '欧阳 上官 司马 司徒 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 夏侯 轩辕 端木 百里 东郭 南宫 西门 独孤 呼延 钟离 澹台 公冶 宗政 濮阳 淳于 太史 申屠',
);

/** English given names that are seldom anything else: with a capitalised word behind, a person. */
export const GIVEN_NAMES: ReadonlySet<string> = words(
  `Aaron Abigail Adam Adrian Aiden Alan Albert Alejandro Alex Alexander Alexandra Alice Alicia Alison
  Amanda Amelia Amy Ana Andrea Andrew Angela Ann Anna Anne Anthony Antonio Arthur Ashley Barbara
  Benjamin Bernard Beth Betty Beverly Brandon Brenda Brian Bruce Carl Carla Carlos Carol Caroline
  Catherine Charles Charlotte Cheryl Chloe Chris Christina Christine Christopher Cindy Claire Clara
  Colin Craig Cynthia Daniel Daniela David Deborah Debra Denise Dennis Diana Diane Diego Donald Donna
  Dorothy Douglas Dylan Edward Elena Elizabeth Ella Ellen Emily Emma Eric Ethan Eugene Evelyn Fatima
  Fiona Frances Francis Gabriel Gary George Gerald Gloria Gregory Hannah Harold Harry Heather Helen
  Henry Howard Hugo Ian Irene Isaac Isabella Ivan Jack Jacob Jacqueline James Jane Janet Janice Jason
  Javier Jean Jeff Jeffrey Jennifer Jeremy Jessica Jesus Jim Joan Joe Joel John Johnny Jonathan Jordan
  Jorge Jose Joseph Joshua Joyce Juan Judith Judy Julia Julian Julie Justin Karen Kate Katherine
  Kathleen Kathryn Keith Kelly Kenneth Kevin Kimberly Kyle Larry Laura Lauren Lawrence Leo Leonard
  Liam Linda Lisa Logan Louis Lucas Lucy Luis Luke Madison Margaret Maria Marie Marilyn Mario Martha
  Martin Mary Mason Matthew Megan Melissa Michael Michelle Miguel Mohammed Muhammad Nancy Natalie
  Nathan Nicholas Nicole Noah Nora Oliver Olivia Omar Oscar Pamela Patricia Patrick Paul Paula Pedro
  Peter Philip Phillip Priya Rachel Ralph Raymond Rebecca Richard Robert Roger Ronald Rosa Roy Russell
  Ruth Ryan Samantha Samuel Sandra Sara Sarah Scott Sean Sergio Sharon Shirley Simon Sofia Sophia
  Sophie Stanley Stephanie Stephen Steve Steven Susan Teresa Theresa Thomas Tim Timothy Todd Tom Tony
  Tyler Valerie Vanessa Victor Victoria Vincent Virginia Walter Wayne William Zachary Zoe`,
);

/** What follows a greeting, a name's cue or a title and is no name. */
export const NOT_NAMES: ReadonlySet<string> = words(
  `a about account again agent air all also am an and any app are as at back bank be been bot but by
  call can card care cheers colleague colleagues concern contact cool customer customers customer-care
  customer-service day do email everybody everyone fine folks for friend friends from gift good got
  great guys had happy has have he hello help here hey hi his how i if in is it its just kind ladies
  lovely madam mail manager me mine mobile morning my nice no not of office on or order our out over
  party people phone please price product really refund regarding regards return sales sent service
  shop shopper shoppers sincerely sir sirs so some sorry staff store still support team tel thank
  thanks that the their them then there these they this those to too two unit very was we well what
  when where which while who why will with writing year years yes you your yours`,
);
