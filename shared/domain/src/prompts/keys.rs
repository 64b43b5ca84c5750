//! What the assistant can say: one key a text, with the facts that the text may name.
//!
//! The words are in `prompts/*.md`. A text of a key may hold the placeholders that stand beside it
//! here, as `{name}`, and no others; it holds no number of its own.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::placeholder::Placeholder;

macro_rules! template_keys {
    ($($(#[doc = $doc:literal])+ $variant:ident = $key:literal [$($placeholder:ident),*];)+) => {
        /// A text that customers or managers read.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        pub enum TemplateKey {
            $($(#[doc = $doc])+ #[serde(rename = $key)] $variant,)+
        }

        impl TemplateKey {
            /// Every key; `prompts/` holds a text for each.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its name in `prompts/*.md`: `topic.text`, where `topic` is the name of the file.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $key,)+
                }
            }

            /// The facts that its text may name.
            #[must_use]
            pub const fn placeholders(self) -> &'static [Placeholder] {
                match self {
                    $(Self::$variant => &[$(Placeholder::$placeholder),*],)+
                }
            }
        }
    };
}

template_keys! {
    /// The first words of a day.
    GreetingHello = "greeting.hello" [];
    /// A greeting before an answer.
    GreetingPrefix = "greeting.prefix" [];
    /// A second greeting on one day.
    GreetingAgain = "greeting.again" [];
    /// The conversation begins anew, as the customer asked.
    GreetingRestart = "greeting.restart" [];
    /// The customer is back after a pause with a cart that is not paid for.
    GreetingReturn = "greeting.return" [];
    /// The first words of a day to a customer who ordered before.
    GreetingKnown = "greeting.known" [];
    /// How are you.
    GreetingSmallTalk = "greeting.small_talk" [];
    /// What garments cost, over all of them.
    DiscoveryPrices = "discovery.prices" [PriceFrom, PriceTo];
    /// What is looked for?
    DiscoveryAskWhat = "discovery.ask_what" [];
    /// Before the last of several kinds.
    DiscoveryAnd = "discovery.and" [];
    /// Something could not be read.
    DiscoveryNotUnderstood = "discovery.not_understood" [];
    /// A voice message, a video, a sticker or a file came, which the assistant cannot read.
    DiscoveryCannotOpen = "discovery.cannot_open" [];
    /// Three turns without progress: the question is put differently.
    DiscoveryPutDifferently = "discovery.put_differently" [];
    /// Goes before a list of garments.
    DiscoveryList = "discovery.list" [];
    /// Goes before a list in the size for a height.
    DiscoveryListForHeight = "discovery.list_for_height" [Height, Size];
    /// Goes before a list in a size.
    DiscoveryListForSize = "discovery.list_for_size" [Size];
    /// One line of a list.
    DiscoveryItem = "discovery.item" [N, Name];
    /// One line of a list: a garment in a size.
    DiscoveryItemPriced = "discovery.item_priced" [N, Name, Size, Price];
    /// One line of a list: a garment whose price depends on its size.
    DiscoveryItemRange = "discovery.item_range" [N, Name, PriceFrom, PriceTo];
    /// One line of a list: a garment of one price.
    DiscoveryItemAllSizes = "discovery.item_all_sizes" [N, Name, Price];
    /// There are more than were shown.
    DiscoveryMore = "discovery.more" [];
    /// All was shown.
    DiscoveryNoMore = "discovery.no_more" [];
    /// Which garment of the list?
    DiscoveryAskWhich = "discovery.ask_which" [];
    /// The one garment that fits the search.
    DiscoveryFound = "discovery.found" [Name];
    /// A kind of thing that is not sold.
    DiscoveryNotSold = "discovery.not_sold" [What, Categories];
    /// A kind of thing that is not sold, and what is nearest to it.
    DiscoveryNotSoldNearest = "discovery.not_sold_nearest" [What, Categories];
    /// What was asked for is not in the catalogue.
    DiscoveryNotInCatalogue = "discovery.not_in_catalogue" [Categories];
    /// For a grown-up.
    DiscoveryAdult = "discovery.adult" [];
    /// Nothing fits all wishes; what follows is nearest.
    DiscoveryNearest = "discovery.nearest" [];
    /// Nothing in the colour; what follows is nearest.
    DiscoveryNearestColor = "discovery.nearest_color" [Color];
    /// Nothing in the size; what follows is nearest.
    DiscoveryNearestSize = "discovery.nearest_size" [];
    /// A garment that is perhaps meant: is it?
    DiscoveryDidYouMean = "discovery.did_you_mean" [Name];
    /// A question about a garment that is not named.
    DiscoveryAskModel = "discovery.ask_model" [];
    /// The garment does not come in the size: shall what does be shown?
    SizeAskOthers = "size.ask_others" [];
    /// Which height?
    SizeAskHeight = "size.ask_height" [];
    /// Which height, when the garment is ordered already?
    SizeAskHeightToOrder = "size.ask_height_to_order" [];
    /// An age alone: a guess, and which height?
    SizeAskHeightForAge = "size.ask_height_for_age" [Years, Height, Size];
    /// The height of last time: has the child grown?
    SizeAskSameHeight = "size.ask_same_height" [Height];
    /// The height of last time is too old to go by: which is it now?
    SizeAskHeightAgain = "size.ask_height_again" [Height];
    /// The height is not known to the customer either.
    SizeAskHeightOrAge = "size.ask_height_or_age" [];
    /// An age that tells no height.
    SizeAskHeightForUnknownAge = "size.ask_height_for_unknown_age" [];
    /// The size for a height.
    SizeForHeight = "size.for_height" [Height, Size];
    /// A garment in a size with its price.
    SizePrice = "size.price" [Name, Size, Price];
    /// A garment whose price depends on its size.
    SizePriceRange = "size.price_range" [Name, PriceFrom, PriceTo];
    /// A garment of one price.
    SizePriceAllSizes = "size.price_all_sizes" [Name, Price];
    /// A height outside the table.
    SizeToConfirm = "size.to_confirm" [Height, Size];
    /// A size that a garment does not come in.
    SizeUnavailable = "size.unavailable" [Name, Size, Sizes];
    /// A size that a colour does not come in.
    SizeUnavailableInColor = "size.unavailable_in_color" [Name, Color, Size, Colors, Sizes];
    /// The sizes of a garment.
    SizeSizes = "size.sizes" [Name, Sizes];
    /// Goes before the size chart.
    SizeChartHead = "size.chart_head" [];
    /// One row of the size chart.
    SizeChartRow = "size.chart_row" [Size, HeightFrom, HeightTo];
    /// The height, asked for in another way.
    SizePutDifferently = "size.put_differently" [];
    /// Which of these colours?
    ColorAsk = "color.ask" [Colors];
    /// In which colour one of several garments?
    ColorAskFor = "color.ask_for" [Name, Colors];
    /// The colours of a garment.
    ColorList = "color.list" [Name, Colors];
    /// A garment of one colour.
    ColorOnly = "color.only" [Name, Color];
    /// A garment comes in a colour.
    ColorYes = "color.yes" [Name, Color];
    /// A garment does not come in a colour.
    ColorNo = "color.no" [Name, Color, Colors];
    /// Which colour?
    ColorAskWhich = "color.ask_which" [];
    /// Beside a garment in milk when white was asked for (decision 12).
    ColorWhiteIsMilk = "color.white_is_milk" [];
    /// Under a photo.
    ColorPhoto = "color.photo" [Name, Color];
    /// There are more photos.
    ColorPhotosMore = "color.photos_more" [];
    /// The colour, asked for in another way.
    ColorPutDifferently = "color.put_differently" [Colors];
    /// A garment, complete.
    OfferReady = "offer.ready" [Name, Color, Size, Price];
    /// Several pieces of a garment, complete.
    OfferReadyPieces = "offer.ready_pieces" [Name, Color, Size, Quantity, Price];
    /// The closing question.
    OfferAsk = "offer.ask" [];
    /// Several garments together.
    OfferTotal = "offer.total" [Total];
    /// What a garment is made of.
    OfferFabric = "offer.fabric" [Name, Fabric];
    /// How a garment is cut.
    OfferDetails = "offer.details" [Name, Details];
    /// What tells a garment from others.
    OfferSpecial = "offer.special" [Name, Special];
    /// Too dear.
    OfferExpensive = "offer.expensive" [];
    /// I will think about it.
    OfferThink = "offer.think" [];
    /// The closing question, put in another way.
    OfferPutDifferently = "offer.put_differently" [];
    /// A garment was taken out.
    OrderRemoved = "order.removed" [Name];
    /// What is to be taken out is not in the order.
    OrderNotInIt = "order.not_in_it" [];
    /// Somebody may come to harm.
    HandoverDanger = "handover.danger" [];
    /// Follow-ups are wanted again.
    PolicyOptIn = "policy.opt_in" [];
    /// Ordering without a garment.
    OrderAskGarment = "order.ask_garment" [];
    /// One line of an order.
    OrderLine = "order.line" [N, Name, Color, Size, Quantity, Price];
    /// Goes before the lines of an order.
    OrderHead = "order.head" [];
    /// What an order costs.
    OrderTotal = "order.total" [Total];
    /// All delivery data.
    OrderAskData = "order.ask_data" [Carrier];
    /// The same, once it was asked and something else came.
    OrderAskDataAgain = "order.ask_data_again" [Carrier];
    /// Something is to be added: what?
    OrderAddWhich = "order.add_which" [];
    /// A part of the delivery data.
    OrderAskMissing = "order.ask_missing" [Missing];
    /// Delivery data came before they were asked for.
    OrderDataNoted = "order.data_noted" [];
    /// Where the parcel goes, said without naming anything.
    OrderDataWanted = "order.data_wanted" [];
    /// The way of paying came before it was asked for.
    OrderMethodNoted = "order.method_noted" [];
    /// A garment is wanted of which the size or the colour is not known.
    OrderNoted = "order.noted" [];
    /// A phone that is none of ours.
    OrderBadPhone = "order.bad_phone" [];
    /// The delivery data, read back.
    OrderData = "order.data" [Customer, Phone, City, Branch];
    /// The data of the last order.
    OrderSameData = "order.same_data" [Customer, Phone, City, Branch];
    /// Which way of paying?
    OrderAskMethod = "order.ask_method" [Prepayment];
    /// The way of paying could not be read.
    OrderMethodUnclear = "order.method_unclear" [Prepayment];
    /// The order was cancelled.
    OrderCancelled = "order.cancelled" [];
    /// More than a cart holds.
    OrderTooMany = "order.too_many" [];
    /// A line of the cart that is not there any more.
    OrderSoldOut = "order.sold_out" [Name, Color, Size];
    /// Fewer pieces are there than are asked for.
    OrderOnlyLeft = "order.only_left" [Name, Color, Size, Quantity];
    /// A garment of which nothing is left.
    OfferSoldOut = "offer.sold_out" [Name];
    /// The order is confirmed, and nothing is to be told of it yet.
    OrderInWork = "order.in_work" [Order];
    /// The order is being packed.
    OrderProcessing = "order.processing" [Order];
    /// The carrier has the order.
    OrderShipped = "order.shipped" [Order];
    /// The order has arrived.
    OrderDelivered = "order.delivered" [Order];
    /// The shop has cancelled the order, or got it back.
    OrderCancelledByShop = "order.cancelled_by_shop" [Order];
    /// Is a manager to say more of the order?
    OrderAskManager = "order.ask_manager" [];
    /// The receipt is being checked.
    OrderWaiting = "order.waiting" [];
    /// Part of the delivery data: the name.
    OrderPartName = "order.part_name" [];
    /// A part of the delivery data: the surname alone.
    OrderPartSurname = "order.part_surname" [];
    /// A part of the delivery data: the first name alone.
    OrderPartFirstName = "order.part_first_name" [];
    /// Part of the delivery data: the phone.
    OrderPartPhone = "order.part_phone" [];
    /// Part of the delivery data: the town.
    OrderPartCity = "order.part_city" [];
    /// Part of the delivery data: the branch or locker.
    OrderPartBranch = "order.part_branch" [];
    /// A branch of the carrier.
    OrderBranch = "order.branch" [N];
    /// A locker of the carrier.
    OrderLocker = "order.locker" [N];
    /// A change after the receipt.
    OrderChangedLate = "order.changed_late" [];
    /// The delivery data, asked for in another way.
    OrderPutDifferently = "order.put_differently" [Missing];
    /// The way of paying, asked for in another way.
    OrderMethodPutDifferently = "order.method_put_differently" [];
    /// Where to pay.
    PaymentRequisites = "payment.requisites" [Recipient, Iban, TaxId];
    /// The full sum.
    PaymentFull = "payment.full" [Total];
    /// The prepayment.
    PaymentPrepayment = "payment.prepayment" [Prepayment, Rest, Fee];
    /// The receipt, please.
    PaymentAskProof = "payment.ask_proof" [];
    /// The receipt is in.
    PaymentProofReceived = "payment.proof_received" [];
    /// The receipt is still awaited.
    PaymentProofWanted = "payment.proof_wanted" [];
    /// The money will be sent later.
    PaymentProofLater = "payment.proof_later" [];
    /// Is the photo a receipt or a garment?
    PaymentPhotoUnclear = "payment.photo_unclear" [];
    /// The manager approved.
    PaymentApproved = "payment.approved" [Order];
    /// The manager did not find the money.
    PaymentRejected = "payment.rejected" [];
    /// A manager found another sum.
    PaymentRejectedSum = "payment.rejected_sum" [];
    /// A manager cannot read the receipt.
    PaymentRejectedUnreadable = "payment.rejected_unreadable" [];
    /// Where to pay, before there is an order.
    PaymentNotYet = "payment.not_yet" [];
    /// Delivery.
    PolicyDelivery = "policy.delivery" [Carrier, DaysFrom, DaysTo];
    /// Payment.
    PolicyPayment = "policy.payment" [Prepayment];
    /// Returns.
    PolicyReturn = "policy.return" [];
    /// Exchanges.
    PolicyExchange = "policy.exchange" [];
    /// Stock.
    PolicyAvailability = "policy.availability" [];
    /// Discounts.
    PolicyDiscount = "policy.discount" [];
    /// A question that only a manager can answer: is one to be called?
    PolicyAskManager = "policy.ask_manager" [];
    /// A question for a manager.
    PolicyManager = "policy.manager" [];
    /// How to order.
    PolicyHowToOrder = "policy.how_to_order" [];
    /// Other shops.
    PolicyCompetitor = "policy.competitor" [];
    /// Who is speaking?
    PolicyIdentity = "policy.identity" [];
    /// Another language, please.
    PolicyLanguage = "policy.language" [];
    /// Do not write to me.
    PolicyOptOut = "policy.opt_out" [];
    /// Thanks.
    EndThanks = "end.thanks" [];
    /// Farewell.
    EndBye = "end.bye" [];
    /// Nothing wanted.
    EndRefused = "end.refused" [];
    /// Understood.
    EndAcknowledged = "end.acknowledged" [];
    /// One more thing.
    UpsellOffer = "upsell.offer" [Name];
    /// One more colour.
    UpsellOtherColor = "upsell.other_color" [Name, Colors];
    /// A human was asked for.
    HandoverHuman = "handover.human" [];
    /// A complaint.
    HandoverComplaint = "handover.complaint" [];
    /// An insult.
    HandoverInsult = "handover.insult" [];
    /// A wholesale order.
    HandoverWholesale = "handover.wholesale" [];
    /// Where is my order?
    HandoverOrderStatus = "handover.order_status" [];
    /// A return is wanted.
    HandoverReturn = "handover.return" [];
    /// It is urgent.
    HandoverUrgent = "handover.urgent" [];
    /// Too many turns without progress.
    HandoverStuck = "handover.stuck" [];
    /// The step of payment is not set up.
    HandoverPayment = "handover.payment" [];
    /// The assistant is paused: a human answers.
    HandoverPaused = "handover.paused" [];
    /// A human was promised.
    HandoverWaiting = "handover.waiting" [];
    /// On a manager's card: who the customer is.
    CardCustomer = "card.customer" [Customer, Phone];
    /// On a manager's card: where the parcel goes.
    CardDelivery = "card.delivery" [City, Branch];
    /// On a manager's card: one line of the cart.
    CardLine = "card.line" [N, Name, Color, Size, Quantity, Price];
    /// On a manager's card: what the cart costs.
    CardTotal = "card.total" [Total];
    /// On a manager's card: the full sum is paid at once.
    CardPaysFull = "card.pays_full" [Total];
    /// On a manager's card: a part is paid at once.
    CardPaysPart = "card.pays_part" [Prepayment, Rest];
    /// On a manager's card: what the customer looks at.
    CardLooksAt = "card.looks_at" [Name];
    /// On a manager's card: a child's height.
    CardHeight = "card.height" [Height];
    /// What the conversations before were about.
    CardBefore = "card.before" [Summary];
    /// On a manager's card: goes before what the customer wrote.
    CardWrote = "card.wrote" [];
    /// On a manager's card: a photo came.
    CardPhoto = "card.photo" [];
    /// On a manager's card: nobody has the conversation yet.
    CardFree = "card.free" [];
    /// On a manager's card: who has the conversation.
    CardTakenBy = "card.taken_by" [Manager];
    /// On a manager's card: the assistant has the conversation.
    CardWithAssistant = "card.with_assistant" [];
    /// On a manager's card: the money was found.
    CardPaid = "card.paid" [];
    /// A manager's button: take over.
    CardTakeOver = "card.take_over" [];
    /// On a card: the customer chooses.
    CardStageChoosing = "card.stage_choosing" [];
    /// On a card: the customer thinks about an offer.
    CardStageOffer = "card.stage_offer" [];
    /// On a card: delivery data and payment.
    CardStageOrder = "card.stage_order" [];
    /// On a card: nothing is left of the sale.
    CardStageDone = "card.stage_done" [];
    /// On a card, a button: somebody answers the customer now.
    CardAnswer = "card.answer" [];
    /// A manager's button: the money is there.
    CardApprove = "card.approve" [];
    /// A manager's button: the money is not there.
    CardReject = "card.reject" [];
    /// A manager's button: another sum.
    CardRejectSum = "card.reject_sum" [];
    /// A manager's button: the receipt cannot be read.
    CardRejectUnreadable = "card.reject_unreadable" [];
    /// A manager's button: the assistant answers again.
    CardHandBack = "card.hand_back" [];
    /// A manager's button: the matter is done.
    CardClose = "card.close" [];
    /// To a manager who pressed a button: it was taken.
    CardTaken = "card.taken" [];
    /// To somebody who is none of the managers.
    CardNotAllowed = "card.not_allowed" [];
    /// To a manager: the card is too old.
    CardGone = "card.gone" [];
    /// The answer takes a while.
    InterimWait = "interim.wait" [];
    /// The customer writes too much.
    LimitsSlowDown = "limits.slow_down" [];
    /// To managers: the customer asks for a human.
    ManagerHumanAsked = "manager.human_asked" [];
    /// To managers: a complaint.
    ManagerComplaint = "manager.complaint" [];
    /// To managers: an insult.
    ManagerInsult = "manager.insult" [];
    /// To managers: somebody may come to harm.
    ManagerDanger = "manager.danger" [];
    /// To managers: a wholesale order.
    ManagerWholesale = "manager.wholesale" [];
    /// To managers: a return or an exchange.
    ManagerReturn = "manager.return" [];
    /// To managers: a question about an order.
    ManagerOrderStatus = "manager.order_status" [];
    /// To managers: a question that only a human answers.
    ManagerPolicy = "manager.policy" [];
    /// To managers: an order that is paid for is to be changed or cancelled.
    ManagerOrderChanged = "manager.order_changed" [];
    /// To managers: the customer says that they have paid, and sent no receipt.
    ManagerPaymentClaimed = "manager.payment_claimed" [];
    /// To managers: too many turns without progress.
    ManagerStuck = "manager.stuck" [];
    /// To managers: a photo of a garment that was not recognised.
    ManagerUnknownPhoto = "manager.unknown_photo" [];
    /// To managers: the step of payment is not set up.
    ManagerPaymentNotSet = "manager.payment_not_set" [];
    /// To managers: one of them has taken over.
    ManagerTakenOver = "manager.taken_over" [];
    /// Why a human is needed: the assistant is paused.
    ManagerPaused = "manager.paused" [];
    /// To managers: the customer wrote while a human has the conversation.
    ManagerWrote = "manager.wrote" [];
    /// To managers: a receipt to check.
    ManagerCheckPayment = "manager.check_payment" [];
    /// To managers: an order that is paid for and goes to the CRM.
    ManagerPlaceOrder = "manager.place_order" [];
    /// To managers: an order that is paid for and that nobody but them can place.
    ManagerPlaceOrderByHand = "manager.place_order_by_hand" [];
    /// To managers: the CRM did not take an order.
    ManagerOrderFailed = "manager.order_failed" [];
    /// To managers: an order of another conversation has the same phone.
    ManagerSamePhone = "manager.same_phone" [Order];
    /// To managers: a customer has to be told of an order by one of them.
    ManagerOrderNews = "manager.order_news" [];
    /// To managers: a customer still waits for one of them.
    ManagerRemind = "manager.remind" [];
    /// To managers: nobody ended a hand-over, and the assistant answers again.
    ManagerHandOverEnded = "manager.hand_over_ended" [];
    /// A customer did not answer the last follow-up, or can be written none in time.
    ManagerUnanswered = "manager.unanswered" [];
    /// To managers: what one of them wrote was not passed on, because another one has the customer.
    ManagerNotYours = "manager.not_yours" [];
    /// To a manager: write the answer here.
    ManagerAskAnswer = "manager.ask_answer" [Manager];
    /// To managers: what one of them sent is of a kind that is not passed on.
    ManagerCannotPass = "manager.cannot_pass" [];
    /// To managers: a photo or file of theirs did not reach the customer.
    ManagerFileNotSent = "manager.file_not_sent" [];
    /// To managers: the assistant goes on without the model in one conversation.
    ManagerCeiling = "manager.ceiling" [];
    /// To managers: a reply that did not reach its customer.
    ManagerUnsent = "manager.unsent" [];
    /// In a digest of Telegram's history: messages.
    DigestMessages = "digest.messages" [];
    /// In a digest of Telegram's history: comments.
    DigestComments = "digest.comments" [];
    /// In a digest of Telegram's history: who wrote.
    DigestPeople = "digest.people" [];
    /// In a digest of Telegram's history: answers.
    DigestReplies = "digest.replies" [];
    /// In a digest of Telegram's history: reactions.
    DigestReactions = "digest.reactions" [];
    /// In a digest of Telegram's history: messages with media.
    DigestMedia = "digest.media" [];
    /// In a digest of Telegram's history: what was talked about.
    DigestTopics = "digest.topics" [];
    /// In a digest of Telegram's history: what was discussed most.
    DigestThreads = "digest.threads" [];
    /// In a digest of Telegram's history: what was left open.
    DigestQuestions = "digest.questions" [];
    /// In a digest of Telegram's history: what was linked to.
    DigestLinks = "digest.links" [];
    /// In a digest of Telegram's history: no model chose the words.
    DigestFactsOnly = "digest.facts_only" [];
    /// To managers: the customer has blocked the bot.
    ManagerBlocked = "manager.blocked" [];
    /// To managers: the channel does not know the customer any more.
    ManagerCustomerGone = "manager.customer_gone" [];
    /// To managers: the customer wrote too long ago for a reply.
    ManagerWindowClosed = "manager.window_closed" [];
    /// Off the topic.
    OodSteer = "ood.steer" [];
    /// Off the topic again.
    OodSteerAgain = "ood.steer_again" [];
    /// Not a customer's wish.
    OodRefuse = "ood.refuse" [];
    /// A photo that no model can look at.
    VisionCannotSee = "vision.cannot_see" [];
    /// The garment on the photo.
    VisionFound = "vision.found" [Name];
    /// A garment that is perhaps the one on the photo: is it?
    VisionIsIt = "vision.is_it" [Name];
    /// The photo cannot be made out: another one?
    VisionClearer = "vision.clearer" [];
    /// A photo of a garment that nobody recognised: a manager looks.
    VisionManager = "vision.manager" [];
    /// A photo beside words that say enough.
    VisionCannotSeeBut = "vision.cannot_see_but" [];
    /// A quick reply: the full payment.
    QuickFull = "quick.full" [];
    /// A quick reply: the prepayment.
    QuickPrepayment = "quick.prepayment" [];
    /// A quick reply: yes.
    QuickYes = "quick.yes" [];
    /// A quick reply: no.
    QuickNo = "quick.no" [];
    /// A quick reply: the offer is taken.
    QuickTake = "quick.take" [];
    /// A quick reply: another colour.
    QuickOtherColor = "quick.other_color" [];
    /// Another size.
    QuickOtherSize = "quick.other_size" [];
    /// A quick reply: a human.
    QuickManager = "quick.manager" [];
    /// The child has not grown since.
    QuickSameHeight = "quick.same_height" [];
    /// The child has grown since.
    QuickGrown = "quick.grown" [];
    /// Goes before the report of a day.
    ReportHead = "report.head" [Day];
    /// Of a day: customers who wrote.
    ReportConversations = "report.conversations" [N];
    /// Of a day: those whom no human had to help.
    ReportAlone = "report.alone" [N];
    /// Of a day: paid orders.
    ReportOrders = "report.orders" [N, Total];
    /// Of a day: customers whom a human had.
    ReportHandedOver = "report.handed_over" [N];
    /// Of a day: why a human was called, and how often.
    ReportReason = "report.reason" [Reason, N];
    /// Of a day: hand-overs without a word of a human.
    ReportUnanswered = "report.unanswered" [N];
    /// Of a day: follow-ups.
    ReportFollowUps = "report.follow_ups" [N];
    /// Of a day: follow-ups that had an answer.
    ReportFollowUpsAnswered = "report.follow_ups_answered" [N];
    /// Of a day: orders after a follow-up.
    ReportFollowUpOrders = "report.follow_up_orders" [N];
    /// Of a day: customers who answered no follow-up.
    ReportFollowUpsUnanswered = "report.follow_ups_unanswered" [N];
    /// Of a day: what the model cost.
    ReportCost = "report.cost" [Cost];
    /// Of a day: how long turns took.
    ReportTime = "report.time" [Time];
    /// Of a day: what went wrong.
    ReportIncidents = "report.incidents" [N];
    /// Nothing is chosen yet.
    FollowUpSearch = "follow_up.search" [];
    /// A garment was shown.
    FollowUpGarment = "follow_up.garment" [Name];
    /// A garment is chosen, its size is not known.
    FollowUpHeight = "follow_up.height" [Name];
    /// A garment and its size are chosen, its colour is not.
    FollowUpColor = "follow_up.color" [Name, Colors];
    /// An offer was made.
    FollowUpOffer = "follow_up.offer" [Name];
    /// An order was begun, and nothing is in it.
    FollowUpOrder = "follow_up.order" [];
    /// An order was begun.
    FollowUpOrderOf = "follow_up.order_of" [Name];
    /// Delivery data are missing.
    FollowUpData = "follow_up.data" [Name, Missing];
    /// The way of paying is not chosen.
    FollowUpMethod = "follow_up.method" [Name];
    /// The receipt is awaited.
    FollowUpProof = "follow_up.proof" [Name];
    /// Of a summary: garments that were looked at.
    MemoryLookedAt = "memory.looked_at" [Name];
    /// Of a summary: a line of an order that is not paid.
    MemoryOrdered = "memory.ordered" [Name, Size, Color];
    /// Of a summary: a line of a paid order.
    MemoryBought = "memory.bought" [Name, Size, Color];
    /// Of a summary: the height of a child.
    MemoryHeight = "memory.height" [Height];
    /// Of a summary: it ended while choosing.
    MemoryStoppedAtChoice = "memory.stopped_at_choice" [];
    /// Of a summary: it ended at an offer.
    MemoryStoppedAtOffer = "memory.stopped_at_offer" [];
    /// Of a summary: it ended with an order that was begun.
    MemoryStoppedAtOrder = "memory.stopped_at_order" [];
    /// Of a summary: it ended with a receipt that nobody has looked at.
    MemoryStoppedAtProof = "memory.stopped_at_proof" [];
    /// An alarm has begun: what is wrong, since when, and where it is said what to do.
    AlarmBegun = "alarm.begun" [What, Time, Alarm, Section];
    /// An alarm is over.
    AlarmOver = "alarm.over" [What, Time, Alarm];
    /// An alarm that has no words of its own.
    AlarmOther = "alarm.other" [];
    /// Of an alarm: answers to texts are slow.
    AlarmLatency = "alarm.latency" [];
    /// Of an alarm: single answers to texts are very slow.
    AlarmLatencyP99 = "alarm.latency_p99" [];
    /// Of an alarm: answers to photos are slow.
    AlarmPhotoLatency = "alarm.photo_latency" [];
    /// Of an alarm: the store is slow.
    AlarmCheckpointerLatency = "alarm.checkpointer_latency" [];
    /// Of an alarm: the store fails.
    AlarmCheckpointerErrors = "alarm.checkpointer_errors" [];
    /// Of an alarm: the model is slow.
    AlarmModelLatency = "alarm.model_latency" [];
    /// Of an alarm: the model fails.
    AlarmModelErrors = "alarm.model_errors" [];
    /// Of an alarm: the account with the model's provider is used up.
    AlarmModelQuota = "alarm.model_quota" [];
    /// Of an alarm: the model is left alone.
    AlarmBreakerOpen = "alarm.breaker_open" [];
    /// Of an alarm: many words of the model are held back.
    AlarmValidationFailures = "alarm.validation_failures" [];
    /// Of an alarm: many messages are stopped by moderation.
    AlarmModerationBlocks = "alarm.moderation_blocks" [];
    /// Of an alarm: messages are refused with an error.
    AlarmWebhookErrors = "alarm.webhook_errors" [];
    /// Of an alarm: messages cannot be taken in.
    AlarmWebhookUnavailable = "alarm.webhook_unavailable" [];
    /// Of an alarm: turns fail.
    AlarmDialogueErrors = "alarm.dialogue_errors" [];
    /// Of an alarm: scheduled runs fail.
    AlarmJobsErrors = "alarm.jobs_errors" [];
    /// Of an alarm: the sweeper does not run.
    AlarmSweeperSilence = "alarm.sweeper_silence" [];
    /// Of an alarm: AWS runs no more functions.
    AlarmThrottles = "alarm.throttles" [];
    /// Of an alarm: a message waits too long.
    AlarmQueueAge = "alarm.queue_age" [];
    /// Of an alarm: a message failed for good.
    AlarmDeadLetters = "alarm.dead_letters" [];
    /// Of an alarm: an order's wake-up failed for good.
    AlarmOrdersDeadLetters = "alarm.orders_dead_letters" [];
    /// Of an alarm: a history command failed for good.
    AlarmTelegramDeadLetters = "alarm.telegram_dead_letters" [];
    /// Of an alarm: a channel refuses our key.
    AlarmChannelBroken = "alarm.channel_broken" [];
    /// Of an alarm: a customer waits for a human.
    AlarmHandOverUnanswered = "alarm.hand_over_unanswered" [];
    /// Of an alarm: replies did not arrive.
    AlarmUndelivered = "alarm.undelivered" [];
    /// Of an alarm: the history's session is refused.
    AlarmTelegramAuth = "alarm.telegram_auth" [];
    /// Of an alarm: a chat's history has a gap.
    AlarmTelegramSilence = "alarm.telegram_silence" [];
    /// Of an alarm: a key expires soon.
    AlarmSecretsExpiring = "alarm.secrets_expiring" [];
    /// Of an alarm: the model is dear.
    AlarmCostPerDay = "alarm.cost_per_day" [];
}

/// A name that no text has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no template has this name")]
pub struct UnknownTemplateKey;

impl FromStr for TemplateKey {
    type Err = UnknownTemplateKey;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|key| key.as_str() == name).ok_or(UnknownTemplateKey)
    }
}

impl fmt::Display for TemplateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
