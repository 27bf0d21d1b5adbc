import { type Attribute, event, order, payment } from './cue.ts';

export const ageBand: Attribute = {
  name: 'age_band',
  values: {
    'under 26': {
      retail: {
        events: [order('sneakers'), order('video games'), event('app_share', 'with', 'friends')],
        texts: [
          'do you ship to a student dorm',
          'saw this on a video, is it still in',
          'my mum usually buys these for me',
        ],
      },
      finance: {
        events: [payment('video games'), payment('festival tickets'), event('first_account')],
        texts: [
          'my mum opened this account for me',
          'how do i split a bill with friends',
          'it is my first salary, where do i see it',
        ],
      },
    },
    '26 to 45': {
      retail: {
        events: [order('office chairs'), order('sports gear'), order('cookware')],
        texts: [
          'can you deliver after work hours',
          'i need it for my new flat',
          'please send the invoice to my company',
        ],
      },
      finance: {
        events: [payment('gym'), payment('commuter pass'), event('salary_received')],
        texts: [
          'my company changed the payroll date',
          'i am at work all day, can we talk after work hours',
          'how much deposit do i need for a new flat',
        ],
      },
    },
    'over 45': {
      retail: {
        events: [order('reading glasses'), order('gardening tools'), order('health supplements')],
        texts: [
          'i prefer to order by telephone',
          'the letters on the label are too small to read',
          'my grandchildren set this website up for me',
        ],
      },
      finance: {
        events: [payment('pharmacy'), payment('garden centre'), event('branch_visit')],
        texts: [
          'i prefer to speak by telephone or at the counter',
          'the letters on the statement are too small to read',
          'i want to leave something to my grandchildren',
        ],
      },
    },
  },
};

export const lifeStage: Attribute = {
  name: 'life_stage',
  values: {
    single: {
      retail: {
        events: [order('single bed linen'), order('travel backpacks'), order('meals for one')],
        texts: [
          'i live alone, is there a smaller pack',
          'i travel a lot, leave it with a neighbour',
          'it is only for myself',
        ],
      },
      finance: {
        events: [payment('airlines'), payment('bars'), payment('studio rent')],
        texts: [
          'i live alone, do i need that insurance',
          'i travel a lot, does the card work abroad',
          'the account is only for myself',
        ],
      },
    },
    family: {
      retail: {
        events: [order('baby care'), order('toys'), order('school supplies')],
        texts: [
          'is it safe for children under three',
          'we need it before the baby comes',
          'my kids broke it after a week',
        ],
      },
      finance: {
        events: [payment('nursery'), payment('paediatrician'), event('education_plan_opened')],
        texts: [
          'we want to save for our children',
          'can my kids have a card of their own',
          'we need a larger loan before the baby comes',
        ],
      },
    },
    retired: {
      retail: {
        events: [order('bird feeders'), order('walking sticks'), order('crossword books')],
        texts: [
          'i am at home all day since i retired',
          'do pensioners get free delivery',
          'it is for our club of retired teachers',
        ],
      },
      finance: {
        events: [event('pension_received'), payment('cruise'), event('annuity_opened')],
        texts: [
          'my pension did not arrive this month',
          'since i retired i have time to look at my savings',
          'do pensioners pay for the account',
        ],
      },
    },
  },
};
