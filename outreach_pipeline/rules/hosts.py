"""Tables of hosts that are nobody's own: free mail, social networks, page builders, directories, short links.

Belongs here: the lists, each entry a registrable domain or a host below one. Does not belong here: how an
address or a URL is read (`emails`, `urls`).
"""

from outreach_pipeline.rules.texts import word_set

LONGEST_HOST = 253
"""Characters of a host name at most (RFC 1035)."""

FREE_MAIL = word_set("""
gmail.com googlemail.com outlook.com outlook.de outlook.fr outlook.es outlook.it outlook.jp outlook.com.br
hotmail.com hotmail.co.uk hotmail.de hotmail.fr hotmail.it hotmail.es hotmail.nl hotmail.be hotmail.ca
hotmail.com.br live.com live.co.uk live.de live.fr live.nl live.it live.ca live.be live.com.au live.se
live.no live.dk msn.com passport.com windowslive.com yahoo.com yahoo.co.uk yahoo.de yahoo.fr yahoo.it
yahoo.es yahoo.ca yahoo.com.br yahoo.co.in yahoo.in yahoo.co.jp yahoo.com.au yahoo.com.mx yahoo.com.ar
yahoo.com.sg yahoo.com.ph yahoo.com.hk yahoo.com.tw yahoo.co.id ymail.com rocketmail.com myyahoo.com aol.com
aol.co.uk aol.de aim.com icloud.com me.com mac.com proton.me protonmail.com protonmail.ch pm.me tutanota.com
tutanota.de tuta.com tuta.io fastmail.com fastmail.fm hushmail.com hey.com zoho.com zohomail.com zohomail.eu
mail.com email.com usa.com gmx.com gmx.net gmx.de gmx.at gmx.ch gmx.us gmx.fr gmx.co.uk web.de freenet.de
t-online.de arcor.de 1und1.de posteo.de posteo.net mailbox.org vodafone.de online.de kabelmail.de email.de
bluewin.ch hispeed.ch sunrise.ch aon.at chello.at a1.net orange.fr wanadoo.fr free.fr laposte.net sfr.fr
neuf.fr bbox.fr numericable.fr club-internet.fr aliceadsl.fr libero.it virgilio.it tiscali.it alice.it tin.it
tim.it fastwebnet.it inwind.it iol.it email.it pec.it telefonica.net terra.es ono.com sapo.pt clix.pt iol.pt
netcabo.pt ziggo.nl kpnmail.nl planet.nl home.nl hetnet.nl xs4all.nl upcmail.nl telenet.be skynet.be
proximus.be scarlet.be btinternet.com bt.com sky.com virginmedia.com talktalk.net ntlworld.com
blueyonder.co.uk tiscali.co.uk plusnet.com eircom.net telia.com bredband.net comhem.se spray.se online.no
broadpark.no mail.dk jubii.dk stofanet.dk luukku.com suomi24.fi elisanet.fi kolumbus.fi wp.pl o2.pl onet.pl
onet.eu poczta.onet.pl interia.pl gazeta.pl tlen.pl seznam.cz centrum.cz email.cz post.cz azet.sk zoznam.sk
centrum.sk freemail.hu citromail.hu t-online.hu abv.bg mail.bg otenet.gr in.gr mail.ru bk.ru inbox.ru list.ru
internet.ru yandex.ru yandex.com ya.ru rambler.ru ukr.net i.ua meta.ua mynet.com ttmail.com walla.co.il
walla.com netvision.net.il rediffmail.com indiatimes.com sify.com in.com qq.com foxmail.com 163.com 126.com
yeah.net sina.com sina.cn sohu.com aliyun.com 139.com 189.cn tom.com 21cn.com naver.com hanmail.net daum.net
nate.com docomo.ne.jp ezweb.ne.jp softbank.ne.jp nifty.com ybb.ne.jp pchome.com.tw seed.net.tw bigpond.com
bigpond.net.au optusnet.com.au iinet.net.au tpg.com.au xtra.co.nz mweb.co.za telkomsa.net vodamail.co.za
webmail.co.za uol.com.br bol.com.br terra.com.br ig.com.br globo.com globomail.com r7.com prodigy.net.mx
live.com.mx hotmail.com.mx fibertel.com.ar arnet.com.ar speedy.com.ar comcast.net verizon.net att.net
sbcglobal.net bellsouth.net cox.net charter.net earthlink.net juno.com netzero.net optonline.net rr.com
roadrunner.com frontier.com frontiernet.net windstream.net centurylink.net embarqmail.com ameritech.net
pacbell.net swbell.net snet.net suddenlink.net mindspring.com netscape.net excite.com lycos.com rogers.com
shaw.ca sympatico.ca bell.net videotron.ca telus.net cogeco.ca inbox.com inbox.lv gmx.es yopmail.com mail.ee
""")

SOCIAL = word_set("""
facebook.com fb.com fb.me m.me messenger.com linkedin.com lnkd.in instagram.com twitter.com x.com t.co
youtube.com youtu.be tiktok.com pinterest.com snapchat.com threads.net threads.com reddit.com tumblr.com
vimeo.com flickr.com medium.com substack.com quora.com discord.com discord.gg telegram.org telegram.me t.me
whatsapp.com wa.me wechat.com weibo.com vk.com ok.ru xing.com viadeo.com mastodon.social bsky.app
soundcloud.com spotify.com twitch.tv github.com gitlab.com behance.net dribbble.com meetup.com nextdoor.com
about.me linktr.ee linktree.com beacons.ai bio.link carrd.co taplink.cc lnk.bio campsite.bio solo.to
linkin.bio msha.ke
""")

SHARED = word_set("""
sites.google.com docs.google.com drive.google.com maps.google.com business.google.com plus.google.com
forms.gle goo.gl maps.app.goo.gl g.page g.co business.site negocio.site site.google.com maps.apple.com
bing.com waze.com mapquest.com openstreetmap.org wixsite.com editorx.io blogspot.com blogger.com
wordpress.com weebly.com weeblysite.com square.site webflow.io webnode.com webnode.page jimdo.com
jimdosite.com jimdofree.com godaddysites.com strikingly.com mystrikingly.com yolasite.com tripod.com
angelfire.com webs.com site123.me ucraft.net tilda.ws notion.site notion.so github.io gitlab.io netlify.app
vercel.app herokuapp.com pages.dev web.app firebaseapp.com myshopify.com bigcartel.com amazonaws.com
azurewebsites.net yellowpages.com whitepages.com bbb.org vitals.com doctolib.de doctolib.fr jameda.de
gelbeseiten.de 11880.com pagesjaunes.fr paginegialle.it paginasamarillas.es yell.com crunchbase.com
bloomberg.com zoominfo.com owler.com pitchbook.com rocketreach.co apollo.io leadiq.com lusha.com
cbinsights.com signalhire.com craft.co kununu.com angel.co wellfound.com f6s.com producthunt.com clutch.co
g2.com capterra.com trustpilot.com wikipedia.org wikidata.org opencorporates.com sec.gov
companieshouse.gov.uk find-and-update.company-information.service.gov.uk northdata.de northdata.com bit.ly
tinyurl.com ow.ly buff.ly rb.gy cutt.ly is.gd rebrand.ly mailchi.mp typeform.com hubspotpagebuilder.com
sedoparking.com dan.com afternic.com hugedomains.com
""")

# A page below these is a listing, but the bare host is the website of a real company (two of the Fortune
# 1000).
LISTINGS = word_set("""
wix.com squarespace.com etsy.com ebay.com yelp.com tripadvisor.com opentable.com doordash.com grubhub.com
ubereats.com booking.com airbnb.com zillow.com realtor.com godaddy.com indeed.com glassdoor.com
eventbrite.com surveymonkey.com zocdoc.com webmd.com healthgrades.com angi.com houzz.com thumbtack.com
calendly.com foursquare.com ziprecruiter.com monster.com amazon.com dnb.com
""")
